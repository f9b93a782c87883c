package io.github.dl4jclipping.report.file;

import io.github.dl4jclipping.report.ClipObserver;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** The two kinds of files, and readers that know nothing of their writers. */
enum FileKind {
  CSV {
    @Override
    Opened create(Path path) {
      return new Opened(CsvReport.create(path));
    }

    @Override
    Opened append(Path path) {
      return new Opened(CsvReport.append(path));
    }

    @Override
    List<ClipReport> read(Path path) throws IOException {
      List<ClipReport> reports = new ArrayList<>();
      CSVFormat withHeader =
          CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();
      try (Reader reader = Files.newBufferedReader(path);
          CSVParser rows = CSVParser.parse(reader, withHeader)) {
        for (CSVRecord row : rows) {
          reports.add(report(row.toMap()));
        }
      }
      return reports;
    }
  },
  JSON_LINES {
    @Override
    Opened create(Path path) {
      return new Opened(JsonLinesReport.create(path));
    }

    @Override
    Opened append(Path path) {
      return new Opened(JsonLinesReport.append(path));
    }

    @Override
    List<ClipReport> read(Path path) throws IOException {
      List<ClipReport> reports = new ArrayList<>();
      for (String line : Files.readString(path).split("\n", -1)) {
        if (!line.isEmpty()) {
          reports.add(report(STRICT.readTree(line)));
        }
      }
      return reports;
    }
  };

  /** Refuses NaN and Infinity, as RFC 8259 does, unless asked not to. */
  private static final ObjectMapper STRICT = new ObjectMapper();

  /** A report to files, of whichever kind. */
  record Opened(ClipObserver report) implements AutoCloseable {

    void write(ClipReport... steps) {
      for (ClipReport step : steps) {
        report.onStep(step);
      }
    }

    @Override
    public void close() {
      try {
        ((AutoCloseable) report).close();
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  abstract Opened create(Path path);

  abstract Opened append(Path path);

  /** Returns the reports that a file tells of, put together from nothing but the file. */
  abstract List<ClipReport> read(Path path) throws IOException;

  private static ClipReport report(Map<String, String> cells) throws IOException {
    JsonNode nonFinite = STRICT.readTree(cells.get("nonFinite"));
    Map<String, Double> norms = new LinkedHashMap<>();
    for (Map.Entry<String, String> cell : cells.entrySet()) {
      if (cell.getKey().startsWith("norm.")) {
        String parameter = cell.getKey().substring("norm.".length());
        String flag = nonFinite.path("parameterNorms." + parameter).asText();
        norms.put(parameter, Double.valueOf(cell.getValue() + flag));
      }
    }
    return new ClipReport(
        Integer.parseInt(cells.get("iteration")),
        Integer.parseInt(cells.get("epoch")),
        Double.parseDouble(cells.get("score") + nonFinite.path("score").asText()),
        Double.parseDouble(cells.get("norm") + nonFinite.path("norm").asText()),
        Double.parseDouble(cells.get("clippedNorm") + nonFinite.path("clippedNorm").asText()),
        cells.get("coefficient").isEmpty()
            ? Double.NaN
            : Double.parseDouble(cells.get("coefficient")),
        cells.get("maxNorm").isEmpty()
            ? Double.POSITIVE_INFINITY
            : Double.parseDouble(cells.get("maxNorm")),
        StepOutcome.valueOf(cells.get("outcome")),
        norms,
        cells.get("worker"));
  }

  private static ClipReport report(JsonNode line) {
    JsonNode nonFinite = line.get("nonFinite");
    Map<String, Double> norms = new LinkedHashMap<>();
    line.get("parameterNorms")
        .fields()
        .forEachRemaining(
            norm ->
                norms.put(
                    norm.getKey(),
                    number(norm.getValue(), nonFinite.get("parameterNorms." + norm.getKey()))));
    return new ClipReport(
        line.get("iteration").intValue(),
        line.get("epoch").intValue(),
        number(line.get("score"), nonFinite.get("score")),
        number(line.get("norm"), nonFinite.get("norm")),
        number(line.get("clippedNorm"), nonFinite.get("clippedNorm")),
        line.get("coefficient").isNull() ? Double.NaN : line.get("coefficient").doubleValue(),
        line.get("maxNorm").isNull() ? Double.POSITIVE_INFINITY : line.get("maxNorm").doubleValue(),
        StepOutcome.valueOf(line.get("outcome").textValue()),
        norms,
        line.get("worker").textValue());
  }

  private static double number(JsonNode value, JsonNode flag) {
    return value.isNull() ? Double.parseDouble(flag.textValue()) : value.doubleValue();
  }
}
