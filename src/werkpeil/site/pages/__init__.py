"""The pages of the site, one module per kind; each returns pages and keeps the numbers behind them."""
