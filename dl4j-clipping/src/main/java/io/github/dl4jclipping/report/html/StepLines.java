package io.github.dl4jclipping.report.html;

import io.github.dl4jclipping.internal.report.ReportColumn;
import io.github.dl4jclipping.report.ClipReport;
import io.github.dl4jclipping.report.StepOutcome;
import io.github.dl4jclipping.scaling.LossScaleStatus;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/** Reads the steps that {@code JsonLinesReport} wrote. */
final class StepLines {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private StepLines() {}

  /**
   * Returns the run; an empty file is one without steps. A last line that is torn, as a process
   * that was killed may leave it, does not count.
   *
   * @throws IllegalArgumentException if another line is no report of a step
   */
  static Run read(Path file) throws IOException {
    Run run = new Run();
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      String line = lines.readLine();
      for (long number = 1; line != null; number++) {
        String next = lines.readLine();
        try {
          run.add(report(MAPPER.readTree(line)));
        } catch (JsonProcessingException | IllegalArgumentException e) {
          if (next != null || number == 1) {
            throw isNoRun(file, "line " + number + " is no report of a step");
          }
        }
        line = next;
      }
    }
    return run;
  }

  static IllegalArgumentException isNoRun(Path file, String why) {
    return new IllegalArgumentException(
        file + " is neither a page of HtmlReport nor JSON Lines of JsonLinesReport: " + why);
  }

  private static ClipReport report(JsonNode line) {
    Map<String, Double> norms = new LinkedHashMap<>();
    line.path("parameterNorms")
        .fields()
        .forEachRemaining(
            norm ->
                norms.put(
                    norm.getKey(),
                    number(line, norm.getValue(), "parameterNorms." + norm.getKey())));
    return new ClipReport(
        whole(line, ReportColumn.ITERATION),
        whole(line, ReportColumn.EPOCH),
        number(line, ReportColumn.SCORE),
        number(line, ReportColumn.NORM),
        number(line, ReportColumn.CLIPPED_NORM),
        number(line, ReportColumn.COEFFICIENT),
        line.path(ReportColumn.MAX_NORM.title()).asDouble(Double.POSITIVE_INFINITY),
        StepOutcome.valueOf(required(line, ReportColumn.OUTCOME).asText()),
        norms,
        required(line, ReportColumn.WORKER).asText(),
        List.of(),
        lossScale(line));
  }

  private static JsonNode required(JsonNode line, ReportColumn column) {
    JsonNode value = line.get(column.title());
    if (value == null) {
      throw new IllegalArgumentException(column.title() + " is missing");
    }
    return value;
  }

  private static int whole(JsonNode line, ReportColumn column) {
    JsonNode value = required(line, column);
    if (!value.canConvertToInt()) {
      throw new IllegalArgumentException(column.title() + " must be a whole number: " + value);
    }
    return value.intValue();
  }

  private static double number(JsonNode line, ReportColumn column) {
    return number(line, required(line, column), column.title());
  }

  /** What is not finite is named apart; a number that is neither is missing. */
  private static double number(JsonNode line, JsonNode value, String name) {
    return value.isNumber()
        ? value.doubleValue()
        : Double.parseDouble(line.path("nonFinite").path(name).asText("NaN"));
  }

  private static @Nullable LossScaleStatus lossScale(JsonNode line) {
    JsonNode scale = line.path(ReportColumn.LOSS_SCALE.title());
    return scale.isNumber()
        ? new LossScaleStatus(
            scale.doubleValue(),
            line.path(ReportColumn.LOSS_SCALE_GOOD_STEPS.title()).asInt(),
            line.path(ReportColumn.LOSS_SCALE_OVERFLOWS.title()).asLong())
        : null;
  }
}
