package dashboards

import (
	"fmt"
	"strings"
)

// The windows of queries. Grafana fills in the first two: by the resolution of what is shown, and by all the time that is shown.
const (
	step  = "$__rate_interval"
	shown = "$__range"
)

// series selects a metric's series by matchers like topic=~"$topic".
func series(metric string, matchers ...string) string {
	if len(matchers) == 0 {
		return metric
	}
	return metric + "{" + strings.Join(matchers, ", ") + "}"
}

// over applies a function to a window of series: rate, increase, deriv.
func over(function, series, window string) string {
	return function + "(" + series + "[" + window + "])"
}

func rate(series, window string) string { return over("rate", series, window) }

// by sums or otherwise combines an expression into series that have these labels, with commas between them.
func by(operator, labels, expr string) string {
	if labels == "" {
		return operator + " (" + expr + ")"
	}
	return operator + " by (" + labels + ") (" + expr + ")"
}

// ratio divides. A share of nothing is NaN, which Grafana leaves out and no alert's comparison holds for.
func ratio(part, whole string) string { return part + "\n/\n" + whole }

// ofFeed gives the chips' series the labels of the feed that the chips train on. Job and instance keep two winnows apart that simulate the same chips.
func ofFeed(expr string, info string) string {
	return expr + "\n  * on (job, instance, pod, host, chip) group_left (feed, team) " + info
}

// top keeps the n largest.
func top(n int, expr string) string { return fmt.Sprintf("topk(%d,\n%s\n)", n, expr) }

// quantile asks a histogram for a quantile, by classic buckets, which is what Prometheus keeps by default; where it keeps native histograms instead, the
// first half has no data, and the second has. So it answers in either configuration.
func quantile(q float64, metric, label, window string, matchers ...string) string {
	classic := by("sum", label+", le", rate(series(metric+"_bucket", matchers...), window))
	native := by("sum", label, rate(series(metric, matchers...), window))
	return fmt.Sprintf("histogram_quantile(%g, %s)\nor\nhistogram_quantile(%g, %s)", q, classic, q, native)
}

// behind is how many seconds of work wait, at the speed of the last window. The speed is taken as at least one record a second, lest a topic with hardly any
// records is behind because of one of them.
func behind(waiting, metric, label, window string, matchers ...string) string {
	done := by("sum", label, rate(series(metric, matchers...), window))
	return ratio(by("sum", label, series(waiting, matchers...)), "clamp_min("+done+", 1)")
}

// Filled gives an expression as Prometheus takes it, with Grafana's variables filled in: every topic, team and feed, and a window for both of Grafana's.
func Filled(expr, window string) string {
	return strings.NewReplacer("$topic", ".*", "$team", ".*", "$feed", ".*", step, window, shown, window).Replace(expr)
}
