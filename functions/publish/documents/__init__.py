"""Documents of a month to show: reports, a summary, slides, a sheet to sign, images."""
