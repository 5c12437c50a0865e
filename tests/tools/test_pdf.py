"""The measurement of PDF: both readings give text, each in a process of its own."""

from click.testing import CliRunner

from tools.bench.pdf import main


def test_a_few_files_are_measured() -> None:
    result = CliRunner().invoke(main, ["--files", "2", "--pages", "2", "--turns", "1"])
    assert result.exit_code == 0, result.output
    _, _, row = result.output.splitlines()
    alone, whole, share = (cell.strip() for cell in row.strip("|").split("|"))
    assert int(alone.replace(",", "")) > 0
    assert int(whole.replace(",", "")) > 0
    assert share.endswith("%")
