package io.github.dl4jclipping.report.file;

import io.github.dl4jclipping.internal.report.ReportColumn;
import io.github.dl4jclipping.report.ClipObserver;
import io.github.dl4jclipping.report.ClipReport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * Writes each step as one line of JSON, in UTF-8: the format <a href="https://jsonlines.org">JSON
 * Lines</a>.
 *
 * <pre>{@code
 * {"iteration":7,"epoch":0,"score":1.09,"norm":3.2,"clippedNorm":1.0,"coefficient":0.31,
 *  "maxNorm":1.0,"outcome":"CLIPPED","clipped":true,"worker":"main",
 *  "lossScale":null,"lossScaleGoodSteps":null,"lossScaleOverflows":null,
 *  "parameterNorms":{"0_W":2.9,"0_b":1.4},"parts":{},"nonFinite":{}}
 * }</pre>
 *
 * <p>The example is one line in the file. The fields are the components of {@link ClipReport}. A
 * non-finite number is null, and {@code nonFinite} has its value, as in {@code
 * {"norm":"NaN","parameterNorms.0_W":"Infinity"}}. A missing coefficient or bound is null and does
 * not appear in {@code nonFinite}. If the rule has groups, layers or stages, {@code parts} has
 * norm, coefficient and bound of each, by name.
 *
 * <p>Each line is passed to the operating system in one write before training continues, so a
 * killed process loses no line. If the file cannot be written any more, for example because the
 * disk is full, it ends with its last complete line; one WARN reports this, and training continues.
 *
 * <p>The report belongs to this process, so it and a listener that holds it cannot be serialised.
 * On Spark, use an observer that is serialisable and sends its reports to the driver. Thread-safe;
 * no other report or process may write to the file at the same time. Needs no library besides DL4J.
 */
public final class JsonLinesReport implements ClipObserver, AutoCloseable {

  private static final long serialVersionUID = 1L;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final transient ReportFile file;

  private JsonLinesReport(ReportFile file) {
    this.file = file;
  }

  /**
   * Creates a file and its missing parent directories.
   *
   * @throws IllegalArgumentException if the file already exists
   * @throws java.io.UncheckedIOException if the file cannot be created
   */
  public static JsonLinesReport create(Path path) {
    return new JsonLinesReport(Opening.create(path));
  }

  /**
   * Appends to a file that another {@code JsonLinesReport} wrote, or creates it if it does not
   * exist. If the last line is torn, it is removed and the log says so.
   *
   * @throws IllegalArgumentException if the path is not a regular file, or if its first line is not
   *     such a report
   * @throws java.io.UncheckedIOException if the file cannot be read or written
   */
  public static JsonLinesReport append(Path path) {
    return new JsonLinesReport(Opening.append(path, false, JsonLinesReport::requireReports));
  }

  private static void requireReports(Path path) throws IOException {
    if (!isReport(firstLine(path))) {
      throw Opening.notAReport(path, "its first line is not the report of a step");
    }
  }

  private static String firstLine(Path path) throws IOException {
    try (BufferedReader reader = Files.newBufferedReader(path)) {
      return String.valueOf(reader.readLine());
    }
  }

  private static boolean isReport(String line) {
    try {
      JsonNode report = MAPPER.readTree(line);
      for (ReportColumn column : ReportColumn.values()) {
        if (!report.has(column.title())) {
          return false;
        }
      }
      return true;
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  @Override
  public void onStep(ClipReport report) {
    Row row = Row.of(report);
    Map<String, @Nullable Object> line = new LinkedHashMap<>(row.cells());
    line.put("parameterNorms", row.parameterNorms());
    line.put("parts", row.parts());
    line.put("nonFinite", row.nonFinite());
    file.write(Json.object(line) + "\n", report.iteration());
  }

  /** Closes the file. Later steps are not written; one WARN reports this. */
  @Override
  public void close() {
    file.close();
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    throw new NotSerializableException(Travel.refusal(this));
  }

  /** Returns the type of the report and its path. */
  @Override
  public String toString() {
    return "JsonLinesReport(" + file + ")";
  }
}
