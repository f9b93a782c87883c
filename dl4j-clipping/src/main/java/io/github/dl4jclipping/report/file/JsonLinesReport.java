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
 * Writes each step as a line of JSON, <a href="https://jsonlines.org">JSON Lines</a>, in UTF-8.
 *
 * <pre>{@code
 * {"iteration":7,"epoch":0,"score":1.09,"norm":3.2,"clippedNorm":1.0,"coefficient":0.31,
 *  "maxNorm":1.0,"outcome":"CLIPPED","clipped":true,"worker":"main",
 *  "lossScale":null,"lossScaleGoodSteps":null,"lossScaleOverflows":null,
 *  "parameterNorms":{"0_W":2.9,"0_b":1.4},"parts":{},"nonFinite":{}}
 * }</pre>
 *
 * <p>(on one line), with the components of {@link ClipReport}. A number that is not finite is null,
 * and {@code nonFinite} names it, as in {@code {"norm":"NaN","parameterNorms.0_W":"Infinity"}}; a
 * coefficient or a bound that there is not is null alone. {@code parts} has norm, coefficient and
 * bound of each group, layer or stage of a rule that has such, by its name.
 *
 * <p>Each line is handed to the operating system in one write before training goes on: a process
 * that is killed loses none. A file that can be written no further, as on a full disk, stops at its
 * last complete line; a WARN says so once, and training goes on.
 *
 * <p>Belongs to this process: it refuses to be serialised, and with it the listener that it was
 * given to; on Spark let an observer that travels bring reports to the driver. Thread-safe; no
 * other report or process may write to the file meanwhile. Needs no library besides DL4J.
 */
public final class JsonLinesReport implements ClipObserver, AutoCloseable {

  private static final long serialVersionUID = 1L;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final transient ReportFile file;

  private JsonLinesReport(ReportFile file) {
    this.file = file;
  }

  /**
   * Creates a file, and the folders above it that are missing.
   *
   * @throws IllegalArgumentException if the file exists already
   * @throws java.io.UncheckedIOException if it cannot be created
   */
  public static JsonLinesReport create(Path path) {
    return new JsonLinesReport(Opening.create(path));
  }

  /**
   * Appends to a file that another such report wrote; creates it where there is none. A last line
   * that is torn is cut off, which the log says.
   *
   * @throws IllegalArgumentException if the path is no plain file, or its first line is no such
   *     report
   * @throws java.io.UncheckedIOException if it cannot be read or written
   */
  public static JsonLinesReport append(Path path) {
    return new JsonLinesReport(Opening.append(path, false, JsonLinesReport::requireReports));
  }

  private static void requireReports(Path path) throws IOException {
    if (!isReport(firstLine(path))) {
      throw Opening.notAReport(path, "its first line is no report of a step");
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

  /** Closes the file; steps that come later are not written, which the log says once. */
  @Override
  public void close() {
    file.close();
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    throw new NotSerializableException(Travel.refusal(this));
  }

  /** Returns the kind of report and its path. */
  @Override
  public String toString() {
    return "JsonLinesReport(" + file + ")";
  }
}
