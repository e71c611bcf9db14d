"""Short texts as the units of a law ministry write them. All sentences are our own."""

from __future__ import annotations

from random import Random

PLACES = (
    "Jakarta", "Bandung", "Semarang", "Surabaya", "Denpasar", "Mataram", "Kupang", "Pontianak",
    "Samarinda", "Banjarmasin", "Makassar", "Manado", "Palu", "Kendari", "Gorontalo", "Ambon",
    "Ternate", "Jayapura", "Manokwari", "Medan", "Padang", "Pekanbaru", "Jambi", "Palembang",
    "Bengkulu", "Bandar Lampung", "Pangkalpinang", "Tanjungpinang", "Banda Aceh", "Serang",
)  # fmt: skip

OPENINGS = (
    "Layanan pendaftaran merek kini dapat diselesaikan dari rumah, tanpa antre dan tanpa calo.",
    "Tim penyuluh hukum menyapa warga {place} dan menjawab pertanyaan tentang hak waris.",
    "Terima kasih kepada pelaku UMKM {place} yang hari ini mendaftarkan merek dagangnya!",
    "Kepala Kantor Wilayah membuka rapat koordinasi harmonisasi rancangan peraturan daerah.",
    "Sudah tahu beda hak cipta dan paten? Geser untuk melihat penjelasan singkatnya.",
    "Pos bantuan hukum di kelurahan kini hadir di {count} titik di {place}.",
    "Upacara pagi ini diikuti seluruh pegawai dengan khidmat di halaman kantor.",
    "Peluncuran kekayaan intelektual komunal: tenun khas {place} resmi tercatat.",
    "Perseroan perorangan: cukup satu orang pendiri, murah, dan berbadan hukum.",
    "Kunjungan kerja ke {place} membahas penguatan pelayanan administrasi hukum umum.",
    "Ayo ikuti lomba video pendek tentang budaya sadar hukum di sekolah!",
    "Apostille memudahkan legalisasi dokumen untuk studi dan bekerja di luar negeri.",
    "Notaris se-{place} mengikuti pembinaan tentang prinsip mengenali pengguna jasa.",
    "Selamat Hari Bhakti! Bersama kita wujudkan layanan hukum yang mudah dijangkau.",
    "Mobil layanan keliling minggu ini singgah di alun-alun {place}.",
    "Desa sadar hukum bertambah {count} di wilayah kami sepanjang tahun ini.",
    "Diskusi publik rancangan undang-undang dibuka untuk mahasiswa dan akademisi.",
    "Nilai survei kepuasan masyarakat triwulan ini naik. Terima kasih atas masukannya.",
    "Waspada penipuan yang mengatasnamakan pegawai kami. Laporkan lewat kanal resmi.",
    "Indikasi geografis kopi {place} melindungi petani dan menjaga mutu.",
    "Penandatanganan nota kesepahaman dengan perguruan tinggi di {place} berjalan lancar.",
    "Pewarganegaraan: {count} pemohon mengucapkan sumpah setia hari ini.",
    "Cara cek status badan hukum perkumpulan dalam tiga langkah sederhana.",
    "Rapat evaluasi kinerja membahas capaian dan rencana aksi bulan depan.",
    "Perempuan dan anak berhak atas perlindungan hukum. Kenali jalurnya di sini.",
    "Paralegal dari {place} menyelesaikan pelatihan selama tiga hari.",
    "Sidang pemeriksaan substantif paten digelar daring bersama inventor muda.",
    "Inspektorat mengingatkan: tolak gratifikasi, laporkan sejak dini.",
    "Podcast pekan ini: mengapa royalti musik perlu dibayar?",
    "Jadwal pelayanan selama libur nasional dapat dilihat pada gambar.",
    "Pegawai kami mendonorkan {count} kantong darah untuk warga {place}.",
    "Pembekalan analis hukum: merumuskan naskah akademik yang berbasis bukti.",
    "Fidusia itu apa? Simak sebelum menandatangani perjanjian kredit kendaraan.",
    "Tunas Pengayoman: belajar hukum sejak dini bersama siswa {place}.",
    "Kantor kami meraih predikat wilayah bebas korupsi. Jaga bersama!",
    "Klinik kekayaan intelektual dibuka gratis di pusat perbelanjaan {place}.",
    "Pembaruan hukum pidana: apa yang berubah bagi warga biasa?",
    "Konsultasi hukum daring hari ini melayani {count} penanya.",
    "Serah terima jabatan pimpinan tinggi pratama berlangsung di {place}.",
    "Batik motif {place} mendapat surat pencatatan hak cipta.",
)  # fmt: skip

MIDDLES = (
    "Semua layanan tanpa biaya tambahan.",
    "Datang langsung atau hubungi kami lewat pesan.",
    "Pertanyaan? Tulis di kolom komentar.",
    "Petugas siap membantu pukul 08.00 sampai 15.30.",
    "Kegiatan berlangsung tertib dan hangat.",
    "Bagikan kepada keluarga yang membutuhkan.",
    "Antusiasme peserta luar biasa.",
    "Syarat lengkap ada di laman resmi kami.",
    "Kolaborasi adalah kunci pelayanan yang baik.",
    "Sampai jumpa di kegiatan berikutnya!",
    "Mari taat hukum mulai dari diri sendiri.",
    "Data lengkap kami sajikan pada infografis.",
    "Pendaftaran ditutup akhir pekan ini.",
    "Dokumentasi lengkap segera menyusul.",
    "Berkas cukup diunggah satu kali.",
)

TAGS = (
    "#LayananHukum", "#SadarHukum", "#KekayaanIntelektual", "#PelayananPublik", "#BantuanHukum",
    "#MerekUMKM", "#HukumUntukSemua", "#ReformasiBirokrasi",
)  # fmt: skip


class Writer:
    """Writes one account's texts; an opening returns only after half of the others were used.

    So two neighbouring posts never read alike by accident.
    """

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._openings = rng.sample(OPENINGS, len(OPENINGS))

    def title(self) -> str:
        opening = self._openings.pop(self._rng.randrange(len(OPENINGS) // 2))
        self._openings.append(opening)
        return opening.format(place=self._rng.choice(PLACES), count=self._rng.randint(3, 240))

    def text(self) -> str:
        sentences = self._rng.sample(MIDDLES, self._rng.randint(0, 2))
        tags = self._rng.sample(TAGS, self._rng.randint(0, 3))
        return " ".join([self.title(), *sentences, *tags])

    def long_text(self) -> str:
        """More than the 280 characters that X shows without cutting."""
        return " ".join([self.title(), *self._rng.sample(MIDDLES, 10)])
