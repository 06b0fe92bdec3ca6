# R's survey: svydesign, svyby and svyglm; variables over all cores by forks, as its manual has it.
suppressPackageStartupMessages({
  library(survey)
  library(parallel)
  library(data.table)
})
source(file.path(Sys.getenv("BENCHMARK_CONTESTANTS"), "common.R"))
entry <- enter(c("survey", "data.table"))

wave <- stage("read", fread(file.path(entry$folder, "wave.csv"), data.table = FALSE, showProgress = FALSE))
stage("prepare", {
  for (name in AGREEMENT) wave[[name]][wave[[name]] > 5] <- NA
  for (scale in SCALES) {
    scores <- as.matrix(wave[paste0(scale, "_", 1:4)])
    scores[, 4] <- 6 - scores[, 4]
    valid <- rowSums(!is.na(scores))
    wave[[scale]] <- ifelse(valid >= 2, rowSums(scores, na.rm = TRUE) / valid, NA)
  }
  wave$stratum <- wave$sector * 10L + wave$size_class
})

by_sector <- function(name, design) {
  means <- svyby(as.formula(paste0("~", name)), ~sector, design, svymean, na.rm = TRUE)
  design$variables$category <- cut(design$variables[[name]], c(-Inf, 2.5, 3.5, Inf), labels = CATEGORIES)
  shares <- svyby(~category, ~sector, design, svymean, na.rm = TRUE)
  rows <- list(data.frame("design", name, means$sector, "mean", means[[2]], means$se))
  for (place in 1:3) {
    rows[[place + 1]] <- data.frame(
      "design", name, shares$sector, paste0(CATEGORIES[place], "_share"), shares[[1 + place]], shares[[4 + place]]
    )
  }
  rbindlist(lapply(rows, setNames, ANSWER))
}

regression <- function(outcome, design) {
  formula <- reformulate(TERMS, outcome)
  if (entry$task == "regressions") {
    found <- coef(summary(lm(formula, wave, weights = weight)))
    kind <- "classical"
  } else {
    found <- coef(summary(svyglm(formula, design)))
    kind <- "design"
  }
  data.frame(
    kind = kind, variable = outcome, group = "", statistic = c("one", TERMS), estimate = found[, 1],
    std_error = found[, 2]
  )
}

# A model's matrix and its copies are many times the data: what is forked then is told from outside.
forks <- if (entry$task == "means") detectCores() else as.integer(Sys.getenv("BENCHMARK_FORKS", "1"))

answers <- stage("answer", {
  design <- svydesign(ids = ~1, strata = ~stratum, weights = ~weight, data = wave)
  variables <- if (entry$task == "means") MEASURED else OUTCOMES
  answer <- if (entry$task == "means") by_sector else regression
  rbindlist(mclapply(variables, answer, design, mc.cores = forks, mc.preschedule = FALSE))
})
finish(answers)
