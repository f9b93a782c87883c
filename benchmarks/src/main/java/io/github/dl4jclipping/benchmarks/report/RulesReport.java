package io.github.dl4jclipping.benchmarks.report;

import io.github.dl4jclipping.benchmarks.rules.Problem;
import io.github.dl4jclipping.benchmarks.rules.RuleContender;
import io.github.dl4jclipping.benchmarks.rules.RuleRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;

/**
 * Writes the results of each rule on each problem: share of runs solved, steps, error and lost
 * steps.
 *
 * @param runs all runs
 */
public record RulesReport(List<RuleRun> runs) {

  /**
   * Writes the README with the section on rules, and a chart, to a directory.
   *
   * @param readme the README that has the section
   */
  public void write(Path readme, Path output) throws IOException {
    Path charts = Files.createDirectories(output.resolve("charts"));
    XYChart chart = chart();
    BitmapEncoder.saveBitmap(chart, charts.resolve("rules").toString(), BitmapFormat.PNG);
    Files.writeString(
        output.resolve("README.md"),
        new Readme(Files.readString(readme))
            .with("rules machine", "Run on: " + Machine.here())
            .with("rules", table())
            .text());
  }

  private String table() {
    StringBuilder text = new StringBuilder();
    for (Problem problem : Problem.values()) {
      for (int length : lengths(problem)) {
        MarkdownTable table =
            new MarkdownTable(
                List.of(
                    problem.title() + ", length " + length,
                    "runs solved",
                    "steps to solve, median",
                    "error at the end, median",
                    "steps lost"));
        for (RuleContender contender : RuleContender.values()) {
          table.row(row(contender, of(problem, length, contender)));
        }
        text.append(table).append("\n\n");
      }
    }
    return text.toString();
  }

  private static List<String> row(RuleContender contender, List<RuleRun> its) {
    List<RuleRun> solved = its.stream().filter(RuleRun::solved).toList();
    return List.of(
        contender.title(),
        solved.size() + " of " + its.size(),
        solved.isEmpty() ? "-" : String.format(Locale.ROOT, "%.0f", median(solved, RuleRun::steps)),
        number(median(its, RuleRun::error)),
        String.format(Locale.ROOT, "%,d", its.stream().mapToInt(RuleRun::lost).sum()));
  }

  /** Returns the median; NaN counts as the largest value. */
  private static double median(List<RuleRun> its, ToDoubleFunction<RuleRun> value) {
    double[] sorted = its.stream().mapToDouble(value).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "NaN" : String.format(Locale.ROOT, "%.3g", value);
  }

  private XYChart chart() {
    XYChart chart =
        new XYChartBuilder()
            .width(900)
            .height(500)
            .title("Temporal order: share of runs solved")
            .xAxisTitle("length of the sequences")
            .yAxisTitle("share")
            .theme(Styler.ChartTheme.Matlab)
            .build();
    chart.getStyler().setYAxisMin(0.0).setYAxisMax(1.05);
    List<Integer> lengths = lengths(Problem.TEMPORAL_ORDER);
    for (RuleContender contender : RuleContender.values()) {
      List<Double> shares = new ArrayList<>();
      for (int length : lengths) {
        List<RuleRun> its = of(Problem.TEMPORAL_ORDER, length, contender);
        shares.add(its.stream().filter(RuleRun::solved).count() / (double) its.size());
      }
      chart.addSeries(contender.title().replace("`", ""), lengths, shares);
    }
    return chart;
  }

  private List<Integer> lengths(Problem problem) {
    return runs.stream()
        .filter(run -> run.problem() == problem)
        .map(RuleRun::length)
        .distinct()
        .sorted()
        .toList();
  }

  private List<RuleRun> of(Problem problem, int length, RuleContender contender) {
    return runs.stream()
        .filter(
            run ->
                run.problem() == problem && run.length() == length && run.contender() == contender)
        .toList();
  }
}
