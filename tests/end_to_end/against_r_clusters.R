# A clustered sample of schools from R's survey: writes the rows to the file named, and says what R finds in it.
suppressPackageStartupMessages(library(survey))
data(api)
apiclus1$p <- as.numeric(apiclus1$sch.wide == "Yes")
write.csv(
  apiclus1[, c("dnum", "pw", "fpc", "stype", "api00", "p")], commandArgs(TRUE)[1], row.names = FALSE, quote = FALSE
)
design <- svydesign(ids = ~dnum, weights = ~pw, fpc = ~fpc, data = apiclus1)
line <- function(name, ...) cat(name, paste(sprintf("%.17g", c(...)), collapse = "\t"), "\n", sep = "\t")
pair <- svyttest(api00 ~ stype, subset(design, stype != "E"))
line("design_t", pair$estimate, pair$statistic, pair$parameter, pair$p.value)
pair <- svyttest(p ~ stype, subset(design, stype != "H"))
line("design_t p", pair$estimate, pair$statistic, pair$parameter, pair$p.value)
wald <- regTermTest(svyglm(api00 ~ stype, design), ~stype)
line("wald_f", wald$Ftest, wald$df, wald$ddf, wald$p)
rao <- svychisq(~ p + stype, design, statistic = "F")
line("rao_scott_f", rao$statistic, rao$parameter, rao$p.value)
