"""One module for each maker: `maker(variant, data, folder)` gives a function of a patient's number that makes a file."""
