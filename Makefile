# Hai lệnh thường dùng / the two usual commands:  make run   make test
PYTHON ?= python3
BIN := .venv/bin
# Spinning threads slow each other down when other work runs on the machine.
export OMP_WAIT_POLICY ?= passive

.DEFAULT_GOAL := help
.PHONY: help run test test-long test-manual check audit eval bench bundle setup setup-dev clean

help: ## In các lệnh / list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

run: setup ## Cài đặt, nạp seeds/, mở trang hỏi đáp / install, index seeds/, serve the chat page
	@$(BIN)/rag prepare
	-@$(BIN)/rag ingest seeds
	@$(BIN)/rag serve

test: setup-dev ## Chạy các phép thử (dưới 10 phút) / run the tests (under 10 minutes)
	@$(BIN)/rag prepare
	@$(BIN)/pytest -m "not long"

test-long: setup-dev ## Các phép thử dài / the long tests: faults, fuzzing, browsers, load
	@$(BIN)/rag prepare
	@$(BIN)/pytest -m "long and not manual"

test-manual: setup-dev ## Thử với nginx thật, và bundle khi cắt mạng / with a real nginx, and the bundle without a network
	@$(BIN)/rag prepare
	@$(BIN)/pytest -m manual

check: setup-dev ## Soát mã nguồn / check the source: format, docstrings, types, imports, no CUDA
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python scripts/no_cuda.py

audit: setup-dev ## Soát giấy phép, lỗ hổng, tệp mô hình / audit licences, known vulnerabilities, the model file
	@$(BIN)/python scripts/audit.py

eval: setup-dev ## Đo chất lượng trả lời / measure the quality of the answers
	@$(BIN)/rag prepare
	@$(BIN)/rag eval

bench: setup-dev ## Đo tốc độ / measure the speed
	@$(BIN)/rag prepare
	@$(BIN)/python -m evals.bench

bundle: setup ## Một tệp để cài trên máy không có mạng / one archive that installs without a network
	@$(BIN)/python scripts/bundle.py

clean: ## Xóa thứ sinh ra khi dựng và thử (giữ .venv và kho) / remove build and test leftovers (keeps .venv and the store)
	@rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find rag evals tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +

setup:
	@$(PYTHON) scripts/setup.py

setup-dev:
	@$(PYTHON) scripts/setup.py --extra dev
