"""The language of filters and searches: words, tests of columns, tests of text, completions. Knows no Textual."""
