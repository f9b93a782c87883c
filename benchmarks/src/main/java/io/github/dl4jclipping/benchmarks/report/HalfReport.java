package io.github.dl4jclipping.benchmarks.report;

import io.github.dl4jclipping.benchmarks.half.HalfProblem;
import io.github.dl4jclipping.benchmarks.half.HalfRun;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;

/**
 * Writes the scores of each precision on each problem.
 *
 * @param machine the machine and the revision, read before any file is written
 * @param runs all runs
 */
public record HalfReport(Machine machine, List<HalfRun> runs) {

  /**
   * Writes the README with the section on HALF, and a chart for each problem, to a directory.
   *
   * @param readme the README that has the section
   */
  public void write(Path readme, Path output) throws IOException {
    Path charts = Files.createDirectories(output.resolve("charts"));
    for (HalfProblem problem : HalfProblem.values()) {
      BitmapEncoder.saveBitmap(
          chart(problem), charts.resolve(file(problem)).toString(), BitmapFormat.PNG);
    }
    Files.writeString(
        output.resolve("README.md"),
        new Readme(Files.readString(readme))
            .with("half machine", "Run on: " + machine + " Each network had one thread of ND4J.")
            .with("half", text())
            .text());
  }

  private static String file(HalfProblem problem) {
    return "half-" + problem.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Returns a table for each problem. */
  String text() {
    StringBuilder text = new StringBuilder();
    for (HalfProblem problem : HalfProblem.values()) {
      MarkdownTable table =
          new MarkdownTable(
              List.of(
                  problem.title(),
                  "score after 1/4",
                  "1/2",
                  "3/4",
                  "at the end",
                  "beside FLOAT",
                  "gradient exactly 0",
                  "overflows",
                  "a step"));
      HalfRun single = of(problem).get(0);
      of(problem).forEach(run -> table.row(row(run, single)));
      text.append(table)
          .append(
              String.format(
                  "%n%n![Score over steps: %s](charts/%s.png)%n%n",
                  problem.title(), file(problem)));
    }
    return text.toString();
  }

  private static List<String> row(HalfRun run, HalfRun single) {
    return List.of(
        run.contender().title(),
        score(run, 0.25),
        score(run, 0.5),
        score(run, 0.75),
        score(run, 1),
        run.brokenAt() >= 0
            ? "NaN at step " + (run.brokenAt() + 1)
            : String.format(
                Locale.ROOT, "%+.1f %%", 100 * (run.lastScore() / single.lastScore() - 1)),
        String.format(Locale.ROOT, "%.1f %%", 100 * run.zeros()),
        String.valueOf(run.overflows()),
        run.brokenAt() >= 0 ? "-" : Text.time(1e3 * run.micros()));
  }

  private static String score(HalfRun run, double share) {
    int last = (int) Math.round(run.scores().size() * share) - 1;
    return run.brokenAt() >= 0 || last < 0
        ? "-"
        : String.format(Locale.ROOT, "%.3g", run.scores().get(last));
  }

  private XYChart chart(HalfProblem problem) {
    XYChart chart =
        new XYChartBuilder()
            .width(900)
            .height(500)
            .title(problem.title())
            .xAxisTitle("steps")
            .yAxisTitle("score")
            .theme(Styler.ChartTheme.Matlab)
            .build();
    Iterator<Color> colors = List.of(chart.getStyler().getSeriesColors()).iterator();
    for (HalfRun run : of(problem)) {
      Color color = colors.next(); // each contender keeps its color, even if one has no line
      if (!run.scores().isEmpty()) {
        List<Integer> steps =
            IntStream.rangeClosed(1, run.scores().size()).mapToObj(i -> i * run.stretch()).toList();
        chart
            .addSeries(run.contender().title(), steps, run.scores())
            .setMarkerColor(color)
            .setLineColor(color);
      }
    }
    return chart;
  }

  private List<HalfRun> of(HalfProblem problem) {
    return runs.stream().filter(run -> run.problem() == problem).toList();
  }
}
