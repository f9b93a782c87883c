package io.github.dl4jclipping.benchmarks.report;

import io.github.dl4jclipping.benchmarks.kernel.AccuracyResult;
import io.github.dl4jclipping.benchmarks.peer.Contender;
import io.github.dl4jclipping.benchmarks.peer.Operation;
import io.github.dl4jclipping.benchmarks.peer.Workload;
import io.github.dl4jclipping.benchmarks.statistics.Median;
import io.github.dl4jclipping.benchmarks.training.TrainingResult;
import io.github.dl4jclipping.benchmarks.training.Variant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler;

/** Draws the results as PNG. */
final class Charts {

  private static final int WIDTH = 900;
  private static final int HEIGHT = 500;

  private final Results results;
  private final Path folder;

  Charts(Results results, Path folder) {
    this.results = results;
    this.folder = folder;
  }

  void draw() throws IOException {
    Files.createDirectories(folder);
    save(speed(Operation.KEEP, "The bound is kept: time of one call"), "keep");
    save(speed(Operation.CLIP, "The bound is broken: time of one call"), "clip");
    save(accuracy(), "accuracy");
    save(training(), "training");
    save(growth(), "growth");
    save(arrays(), "arrays");
  }

  /** Norm and clip beside what memory allows. */
  private XYChart growth() {
    Kernels kernels = new Kernels(results.kernels());
    XYChart chart = logarithmic("Cost over the number of parameters", "nanoseconds");
    for (Operation operation : Operation.values()) {
      SortedMap<Integer, Double> line = new TreeMap<>();
      for (Workload workload : kernels.workloads()) {
        if (workload.equals(Workload.of(1, workload.length()))) {
          kernels
              .nanos(Contender.LIBRARY, workload, operation)
              .ifPresent(nanos -> line.put(workload.length(), nanos.value()));
        }
      }
      add(chart, operation.name(), line);
    }
    SortedMap<Integer, Double> read = new TreeMap<>();
    for (Workload workload : kernels.workloads()) {
      if (workload.equals(Workload.of(1, workload.length()))) {
        kernels
            .limit(workload, Operation.NORM)
            .ifPresent(nanos -> read.put(workload.length(), nanos));
      }
    }
    add(chart, "one read pass", read);
    return chart;
  }

  /** 1.2 million parameters, in one array and in ever more. */
  private XYChart arrays() {
    Kernels kernels = new Kernels(results.kernels());
    XYChart chart = logarithmic("1.2 million parameters in many arrays", "nanoseconds");
    chart.setXAxisTitle("arrays of FLOAT");
    for (Operation operation : Operation.values()) {
      SortedMap<Integer, Double> line = new TreeMap<>();
      for (Workload workload : kernels.workloads()) {
        if (workload.equals(Workload.of(workload.arrays(), 1_200_000 / workload.arrays()))) {
          kernels
              .nanos(Contender.LIBRARY, workload, operation)
              .ifPresent(nanos -> line.put(workload.arrays(), nanos.value()));
        }
      }
      add(chart, operation.name(), line);
    }
    return chart;
  }

  private XYChart speed(Operation operation, String title) {
    Kernels kernels = new Kernels(results.kernels());
    XYChart chart = logarithmic(title, "nanoseconds");
    for (Contender contender : Contender.values()) {
      SortedMap<Integer, Double> line = new TreeMap<>();
      for (Workload workload : kernels.workloads()) {
        if (workload.equals(Workload.of(1, workload.length()))) {
          kernels
              .nanos(contender, workload, operation)
              .map(Median::value)
              .ifPresent(nanos -> line.put(workload.length(), nanos));
        }
      }
      if (contender.role() != Contender.Role.LIMIT) {
        add(chart, contender, line);
      }
    }
    return chart;
  }

  private XYChart accuracy() {
    XYChart chart = logarithmic("Relative error of the L2 norm", "relative error");
    for (Contender contender : Contender.values()) {
      SortedMap<Integer, Double> line = new TreeMap<>();
      for (AccuracyResult result : results.accuracy()) {
        // An exact norm has no logarithm.
        if (result.contender() == contender && result.relativeError() > 0) {
          line.put(result.workload().length(), result.relativeError());
        }
      }
      add(chart, contender, line);
    }
    return chart;
  }

  private static XYChart logarithmic(String title, String y) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle("parameters in one array of FLOAT")
            .yAxisTitle(y)
            .theme(Styler.ChartTheme.Matlab)
            .build();
    chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
    return chart;
  }

  private static void add(XYChart chart, Contender contender, SortedMap<Integer, Double> line) {
    add(chart, contender.title().replace("`", ""), line);
  }

  private static void add(XYChart chart, String name, SortedMap<Integer, Double> line) {
    if (!line.isEmpty()) {
      chart.addSeries(name, List.copyOf(line.keySet()), List.copyOf(line.values()));
    }
  }

  private CategoryChart training() {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("Update by stock's, with the 95 % interval")
            .yAxisTitle("times stock")
            .theme(Styler.ChartTheme.Matlab)
            .build();
    chart.getStyler().setXAxisLabelRotation(30).setYAxisMin(0.9);
    List<TrainingResult> trainings = results.trainings();
    if (trainings.isEmpty()) {
      return chart;
    }
    List<String> names = trainings.stream().map(r -> r.network() + " " + r.batch()).toList();
    for (Variant variant : Arrays.asList(Variant.values()).subList(1, Variant.values().length)) {
      List<Median> ratios = trainings.stream().map(r -> r.of(variant).phaseToStock()).toList();
      chart.addSeries(
          variant.title().replace("`", ""),
          names,
          ratios.stream().map(Median::value).toList(),
          ratios.stream().map(r -> (r.high() - r.low()) / 2).toList());
    }
    return chart;
  }

  private void save(Chart<?, ?> chart, String name) throws IOException {
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
    if (!chart.getSeriesMap().isEmpty()) {
      BitmapEncoder.saveBitmap(chart, folder.resolve(name).toString(), BitmapFormat.PNG);
    }
  }
}
