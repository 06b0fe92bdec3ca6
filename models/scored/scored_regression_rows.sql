{{ respondents_for_regressions() }}
