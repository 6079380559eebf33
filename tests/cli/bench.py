"""bench.py FOLDER - the tables of bench/figures.py, which is in the folder."""
import sys
import unittest

sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import figures  # noqa: E402


def run(seconds, status=0, peak=1024):
    return {"seconds": seconds, "user": seconds / 2, "system": seconds / 4, "peak": peak, "status": status}


class Figures(unittest.TestCase):
    def test_medians_are_of_the_runs_that_ended_well(self):
        runs = [run(3), run(1, peak=4096), run(2), run(0.1, status=1)]
        self.assertEqual(figures.seconds(runs), 2)
        self.assertEqual(figures.processor(runs), 1.5)
        self.assertEqual(figures.peak(runs), 4096)
        self.assertEqual(figures.spread(runs), "1.00 to 3.00")
        self.assertIsNone(figures.failure(runs))

    def test_why_there_is_none(self):
        self.assertIsNone(figures.seconds([run(1, status=1)]))
        self.assertEqual(figures.failure([]), "not run")
        self.assertEqual(figures.failure([run(60, status=figures.LATE)]), "stopped after 60 s")
        self.assertEqual(figures.failure([run(1, status=139)]), "ended by signal 11")
        self.assertEqual(figures.failure([run(1, status=3)]), "failed with status 3")

    def test_digits(self):
        said = {None: "-", 0.01234: "0.012", 1.234: "1.23", 12.34: "12.3", 123.4: "123", 99.96: "100.0", 0: "0.000"}
        self.assertEqual({value: figures.digits(value) for value in said}, said)

    def test_a_row(self):
        row = dict(zip(figures.HEAD, figures.row("mailtap", [run(4), run(4), run(4)], [run(0.5)], 2,
                                                 ((1000000, 8000000), (100000, 800000)))))
        self.assertEqual(row, {
            "program": "mailtap", "seconds": "4.00", "rounds": "4.00 to 4.00", "of the floor": "2.00", "us a frame": "4.00",
            "more us a frame": "3.89", "MB/s": "2.00", "processor": "3.00", "peak": "1.00", "a tenth: seconds": "0.500",
            "for ten times it": "8.00", "a tenth: peak": "1.00"})

    def test_a_row_of_what_failed_has_no_figures(self):
        row = figures.row("other", [run(60, status=figures.LATE)], [run(5)], 2, ((1000, 8000), (100, 800)))
        self.assertEqual(row, ["other", "stopped after 60 s"] + ["-"] * 7 + ["5.00", "-", "1.00"])

    def test_what_is_faster_for_more_is_chance(self):
        row = figures.row("cat", [run(0.1)], [run(0.2)], 0.1, ((1000, 8000), (100, 800)))
        self.assertEqual(row[figures.HEAD.index("more us a frame")], "-")

    def test_the_document(self):
        results = {"command": "make bench", "date": "today", "processors": 2, "model": "M", "versions": "V",
                   "missing": ["tshark (package tshark)"], "workloads": [{
                       "name": "mail", "title": "Mail", "about": "All.", "load": "0.0 to 1.0",
                       "sizes": {"whole": [1000, 2000000], "tenth": [100, 200000]},
                       "runs": {"whole": {"libpcap alone": [run(1)], "mailtap": [run(2)]},
                                "tenth": {"libpcap alone": [run(0.1)], "mailtap": [run(0.2)]}}}]}
        lines = figures.document(results).split("\n")
        self.assertIn("Made by `make bench` on today: 2 processors (M), V.", lines)
        self.assertIn("Not installed, so not measured: tshark (package tshark).", lines)
        self.assertIn("All. 1,000 frames, 2.00 MB; a tenth: 100 frames. Load 0.0 to 1.0.", lines)
        table = [line for line in lines if line.startswith("|")]
        self.assertEqual([line.split(" | ")[0] for line in table],
                         ["| program", "| ---", "| libpcap alone", "| mailtap"])
        self.assertEqual(len({line.count("|") for line in table}), 1)
        self.assertEqual(table[3].split(" | ")[3], "2.00")


unittest.main(argv=sys.argv[:1])
