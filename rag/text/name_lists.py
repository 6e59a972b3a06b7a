"""Words that decide what is a name: families, countries, bodies, forms of address."""

from __future__ import annotations

from typing import Final

from rag.text.words import words

SURNAMES: Final = words("""
    Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý An Âu Bạch Bành Bế Ca Cao Cầm Châu
    Chu Chử Chúc Chung Cù Cung Cự Diệp Doãn Dư Đàm Đào Đậu Điêu Điền Đinh Đoàn Đới Đồng Đổng Đường Giang Giáp
    Giàng H' Hà Hạ Hán Hầu Hoa Hờ Hứa Hùng Kha Khâu Khổng Khuất Khúc Khương Kiều Kim La Lã Lại Lâm Lầu Lều Liễu
    Lò Lô Lộc Lục Lù Lữ Lưu Lương Lường Ly Ma Mã Mạc Mai Mạch Mùa Mông Mẫn Nghiêm Nhâm Nhan Nhữ Ninh Nông Ong
    Ông Phí Phó Phùng Phương Quách Quan Quản Quàng Sầm Sùng Tạ Tăng Tào Tẩn Thạch Thái Thào Thân Thi Thiều Thôi
    Tiêu Tiết Tô Tôn Tống Trà Trang Triệu Trịnh Trương Từ Tưởng Ung Ưng Uông Ứng Vàng Văn Vi Viên Vương Vừ Xa
    Xồng Y Yên Lèng Lộ Chảo Chang Bàn Phàn Đèo Cà Quân
    """)

COUNTRIES: Final = words("""
    Mỹ|Nga|Anh|Pháp|Đức|Ý|Úc|Lào|Bỉ|Áo|Séc|Trung Quốc|Hàn Quốc|Triều Tiên|Nhật Bản|Nhật|Ấn Độ|Thái Lan|Campuchia
    Việt Nam|Singapore|Malaysia|Indonesia|Philippines|Myanmar|Brunei|Australia|Canada|Brazil|Mexico|Argentina
    Chile|Cuba|Israel|Iran|Iraq|Syria|Ukraine|Belarus|Ba Lan|Hà Lan|Tây Ban Nha|Bồ Đào Nha|Italy|Hy Lạp
    Thổ Nhĩ Kỳ|Thụy Điển|Thụy Sĩ|Na Uy|Đan Mạch|Phần Lan|Hungary|Romania|Bulgaria|Ai Cập|Nam Phi|Venezuela
    Đài Loan|Hong Kong|Pakistan|Afghanistan|Mông Cổ|Hoa Kỳ|Ả Rập Xê
    """)
"""Also names of one syllable that would pass for the beginning of a word."""

PROVINCES: Final = words("""
    Hà Nội|Hải Phòng|Đà Nẵng|Cần Thơ|Huế|Thừa Thiên Huế|Hồ Chí Minh|TP.HCM|TPHCM|Sài Gòn|Hà Giang|Cao Bằng|Bắc Kạn
    Tuyên Quang|Lào Cai|Điện Biên|Lai Châu|Sơn La|Yên Bái|Hòa Bình|Hoà Bình|Thái Nguyên|Lạng Sơn|Quảng Ninh|Bắc Giang
    Phú Thọ|Vĩnh Phúc|Bắc Ninh|Hải Dương|Hưng Yên|Thái Bình|Hà Nam|Nam Định|Ninh Bình|Thanh Hóa|Thanh Hoá|Nghệ An
    Hà Tĩnh|Quảng Bình|Quảng Trị|Quảng Nam|Quảng Ngãi|Bình Định|Phú Yên|Khánh Hòa|Khánh Hoà|Ninh Thuận|Bình Thuận
    Kon Tum|Gia Lai|Đắk Lắk|Đắk Nông|Lâm Đồng|Bình Phước|Tây Ninh|Bình Dương|Đồng Nai|Bà Rịa|Vũng Tàu|Long An
    Tiền Giang|Bến Tre|Trà Vinh|Vĩnh Long|Đồng Tháp|An Giang|Kiên Giang|Hậu Giang|Sóc Trăng|Bạc Liêu|Cà Mau
    """)
"""Provinces and great cities as they were called before and are called now; what one of them has, another has not."""

CALLS: Final = words("""
    ông bà anh chị em cô chú bác cụ cháu chí cáo can nhân tỉnh huyện xã phường quận phố thôn bản buôn làng sông
    núi hồ đường đèo cầu biển đảo chùa đền ga vua chúa thầy thằng nghệ ca đảng báo
    """)
"""Words after which even a single capitalised syllable is a name."""

ORGANISATIONS: Final = words("ban bộ sở cục vụ ủy hội đoàn trường phòng viện văn tỉnh ubnd hđnd ubmttq")
"""First words of the names of bodies."""
