# Numbers of the FEVS from R's survey and psych: one line each, a name and its values.
suppressPackageStartupMessages({
  library(survey)
  library(psych)
})
answers <- read.csv(gzfile(commandArgs(TRUE)[1]), stringsAsFactors = FALSE)
answers$one <- 1
sex <- factor(answers$DSEX, levels = c("Female", "Male"))
answers$sex <- sex
answers$tenure <- factor(
  answers$DFEDTEN, levels = c("Ten years or fewer", "Between 10 and 20 years", "More than 20 years")
)
items <- c("Q1", "Q40", "Q71")
for (item in items) answers[[paste0(item, "p")]] <- as.numeric(answers[[item]] >= 4)
for (scale in list(
  list("leaders_lead", c(53, 54, 56, 60, 61)), list("supervisors", c(47, 48, 49, 51, 52)),
  list("intrinsic_work_experience", c(3, 4, 6, 11, 12)), list("global_satisfaction", c(40, 69, 70, 71))
)) answers[[scale[[1]]]] <- rowMeans(answers[, paste0("Q", scale[[2]])])

design <- svydesign(ids = ~1, strata = ~AGENCY, weights = ~POSTWT, data = answers)
say <- function(name, ...) cat(name, sprintf("%.17g", c(...)), sep = "\t", fill = FALSE)
line <- function(name, ...) {
  say(name, ...)
  cat("\n")
}

for (item in items) {
  share <- paste0(item, "p")
  for (by in c("sex", "AGENCY", "tenure")) {
    means <- svyby(as.formula(paste0("~", item)), as.formula(paste0("~", by)), design, svymean)
    for (row in seq_len(nrow(means))) line(paste("mean", item, by, means[row, 1]), means[row, 2], means[row, 3])
  }
  ci <- svyciprop(as.formula(paste0("~", share)), design, method = "logit", df = degf(design))
  line(paste("share", item), as.numeric(ci), SE(ci), attr(ci, "ci"))
  for (measure in c(item, share)) {
    test <- svyttest(as.formula(paste0(measure, " ~ sex")), design)
    line(paste("design_t", measure), test$estimate, test$statistic, test$parameter, test$p.value)
    for (equal in c(TRUE, FALSE)) {
      test <- t.test(answers[[measure]][sex == "Male"], answers[[measure]][sex == "Female"], var.equal = equal)
      line(paste(if (equal) "pooled_t" else "welch_t", measure), test$statistic, test$parameter, test$p.value)
    }
    for (equal in c(TRUE, FALSE)) {
      test <- oneway.test(as.formula(paste0(measure, " ~ tenure")), answers, var.equal = equal)
      line(paste(if (equal) "anova" else "welch_anova", measure), test$statistic, test$parameter, test$p.value)
    }
  }
  young <- subset(design, DFEDTEN != "More than 20 years")
  test <- svyttest(as.formula(paste0(item, " ~ DFEDTEN")), young)
  line(paste("domain_t", item), test$statistic, test$parameter, test$p.value)
  wald <- regTermTest(svyglm(as.formula(paste0(item, " ~ tenure")), design), ~tenure)
  line(paste("wald_f", item), wald$Ftest, wald$df, wald$ddf, wald$p)
  rao <- svychisq(as.formula(paste0("~", share, " + tenure")), design, statistic = "F")
  line(paste("rao_scott_f", share), rao$statistic, rao$parameter, rao$p.value)
}

fit <- svyglm(global_satisfaction ~ leaders_lead + supervisors + intrinsic_work_experience, design)
for (term in names(coef(fit))) {
  line(paste("svyglm", term), coef(fit)[[term]], SE(fit)[[term]], fit$df.residual, coef(summary(fit))[term, 4])
}
block <- regTermTest(fit, ~ leaders_lead + supervisors)
line("block leadership", block$Ftest, block$df, block$ddf, block$p)
used <- answers[complete.cases(answers[, names(model.frame(fit))[1:4]]), ]
whole <- summary(lm(formula(fit), used, weights = POSTWT))
without <- summary(lm(global_satisfaction ~ intrinsic_work_experience, used, weights = POSTWT))
line("block r_squared", whole$r.squared - without$r.squared, without$adj.r.squared)

supervisors <- answers[, paste0("Q", c(47, 48, 49, 51, 52))]
found <- alpha(supervisors, warnings = FALSE)
line("alpha", found$total$raw_alpha, found$total$std.alpha, found$total$average_r)
for (row in 1:5) line(paste("item", row), found$item.stats$r.drop[row], found$alpha.drop$raw_alpha[row])
loadings <- fa(cor(supervisors), nfactors = 1, fm = "minres")$loadings[, 1]
line("omega", sum(loadings)^2 / (sum(loadings)^2 + sum(1 - loadings^2)))
