# Numbers of a synthetic wave of the culture study from R: one line each, a name and its values. The file holds the
# coded answers, missing ones below 0; scales are made here.
suppressPackageStartupMessages({
  library(survey)
  library(psych)
  library(MASS)
})
people <- read.csv(commandArgs(TRUE)[1], stringsAsFactors = FALSE)
for (name in names(people)) if (is.numeric(people[[name]])) people[[name]][people[[name]] < 0] <- NA
line <- function(name, ...) cat(name, paste(sprintf("%.17g", c(...)), collapse = "\t"), sep = "\t", fill = TRUE)
options(width = 10000)

turned <- c("menselijke_maat_4", "lerend_vermogen_4", "wendbaarheid_3", "samenwerkingsgerichtheid_4")
scales <- c(
  "samenwerkingsgerichtheid", "missiegedrevenheid", "wendbaarheid", "inclusiviteit", "lerend_vermogen", "menselijke_maat"
)
for (scale in scales) {
  names <- paste0(scale, "_", 1:4)
  items <- people[, names]
  for (name in intersect(names, turned)) items[[name]] <- 6 - items[[name]]
  people[[scale]] <- ifelse(rowSums(!is.na(items)) >= 3, rowMeans(items, na.rm = TRUE), NA)
  found <- alpha(items, warnings = FALSE)
  line(paste("alpha", scale), found$total$raw_alpha, found$total$std.alpha, found$total$average_r)
  for (row in 1:4) line(paste("item", names[row]), found$item.stats$r.drop[row], found$alpha.drop$raw_alpha[row])
}
# 1 man, 2 woman, 3 another answer, which has no score.
people$gender_female <- ifelse(people$gender_female == 3, NA, people$gender_female - 1)
people$leaves <- people$turnover_intention_general
design <- svydesign(ids = ~1, strata = ~stratum_id, weights = ~weight, data = people)

for (measure in c(scales, "employer_satisfaction", "employer_recommendation", "leaves")) {
  means <- svyby(as.formula(paste0("~", measure)), ~sector_id, design, svymean, na.rm = TRUE)
  for (row in seq_len(nrow(means))) line(paste("mean", measure, means[row, 1]), means[row, 2], means[row, 3])
}
asked <- subset(design, !is.na(leaves))
ci <- svyciprop(~leaves, asked, method = "logit", df = degf(asked))
line("share", as.numeric(ci), SE(ci), attr(ci, "ci"))
for (measure in c("employer_satisfaction", "employer_recommendation")) {
  both <- subset(asked, !is.na(people[!is.na(people$leaves), measure]))
  test <- svyttest(as.formula(paste0(measure, " ~ leaves")), both)
  line(paste("design_t", measure), test$estimate, test$statistic, test$parameter, test$p.value)
}

terms <- c(
  scales, "hours_worked", "full_time", "permanent_contract", "share_working_from_home", "gender_female", "age",
  "years_with_employer", "education_level"
)
model <- function(outcome) as.formula(paste(outcome, "~", paste(terms, collapse = " + ")))
rows <- function(fit, name) {
  table <- coef(summary(fit))
  for (term in rownames(table)) line(paste(name, term), table[term, 1:2], fit$df.residual)
}
effects <- function(b, covariance, x, weight, name) {
  share <- plogis(as.vector(x %*% b))
  slope <- share * (1 - share)
  bend <- slope * (1 - 2 * share)
  for (term in colnames(x)[-1]) {
    step <- as.vector(crossprod(x, weight * bend)) * b[[term]] / sum(weight)
    names(step) <- colnames(x)
    step[[term]] <- step[[term]] + sum(weight * slope) / sum(weight)
    line(paste(name, term), sum(weight * slope) / sum(weight) * b[[term]], sqrt(step %*% covariance %*% step))
  }
}
complete <- people[complete.cases(people[, c("leaves", terms)]), ]
sample <- subset(design, complete.cases(people[, c("leaves", terms)]))
exact <- glm.control(epsilon = 1e-15, maxit = 100)
rows(svyglm(model("leaves"), sample), "svyglm")
fit <- svyglm(model("leaves"), sample, family = quasibinomial, control = exact)
rows(fit, "logit design")
effects(coef(fit), vcov(fit), model.matrix(model("leaves"), complete), complete$weight, "effect design")
fit <- glm(model("leaves"), binomial, complete, control = exact)
rows(fit, "logit classical")
effects(coef(fit), vcov(fit), model.matrix(model("leaves"), complete), rep(1, nrow(complete)), "effect classical")

chosen <- complete.cases(people[, c("employer_satisfaction", terms)])
people$satisfaction <- factor(people$employer_satisfaction)
# polr's search stops early on terms of unlike size: they are brought to one size, and its answers turned back.
size <- sapply(people[chosen, terms], sd)
middle <- sapply(people[chosen, terms], mean)
for (term in terms) people[[term]] <- (people[[term]] - middle[[term]]) / size[[term]]
fit <- polr(model("satisfaction"), people[chosen, ], Hess = TRUE, control = list(reltol = 1e-15, maxit = 1000))
found <- coef(summary(fit))
for (term in terms) line(paste("ordinal classical", term), found[term, 1:2] / size[[term]])
line("ordinal thresholds", fit$zeta + sum(coef(fit)[terms] * middle / size))
design <- subset(svydesign(ids = ~1, strata = ~stratum_id, weights = ~weight, data = people), chosen)
fit <- svyolr(model("satisfaction"), design, control = list(reltol = 1e-15, maxit = 1000))
for (term in terms) line(paste("ordinal design", term), coef(fit)[[term]] / size[[term]], SE(fit)[[term]] / size[[term]])
