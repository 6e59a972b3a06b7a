#!/bin/sh
# Cài từ bundle, không cần mạng: ./install.sh THƯ_MỤC [python3] / install from the bundle, without a network
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=${1:?"Dùng / usage: ./install.sh /opt/news-rag [python3.11]"}
wanted=$(cat "$here/python")
python=${2:-"python$wanted"}
command -v "$python" >/dev/null || { echo "Cần Python $wanted / Python $wanted is needed" >&2; exit 1; }
found=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
[ "$found" = "$wanted" ] || { echo "Cần Python $wanted, $python là $found / Python $wanted is needed" >&2; exit 1; }

mkdir -p "$target"
"$python" -m venv --clear "$target/venv"
"$target/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-index \
    --find-links "$here/wheels" --require-hashes --only-binary :all: -r "$here/requirements.txt"
rm -rf "$target/models.new" "$target/models.old"
cp -R "$here/models" "$target/models.new"
[ ! -e "$target/models" ] || mv "$target/models" "$target/models.old"
mv "$target/models.new" "$target/models"
rm -rf "$target/models.old"
cp -R "$here/seeds" "$target/"

echo "Đã cài vào / installed in $target. Dùng thử / try:"
echo "  export RAG_MODELS=$target/models RAG_STORE=\$HOME/kho"
echo "  $target/venv/bin/rag ingest $target/seeds && $target/venv/bin/rag serve"
