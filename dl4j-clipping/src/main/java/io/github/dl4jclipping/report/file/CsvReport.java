package io.github.dl4jclipping.report.file;

import io.github.dl4jclipping.internal.log.LogName;
import io.github.dl4jclipping.report.ClipObserver;
import io.github.dl4jclipping.report.ClipReport;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a CSV file, in UTF-8, with a header and one row for each step.
 *
 * <p>The columns are
 *
 * <ul>
 *   <li>the components of {@link ClipReport}, by name, and {@code clipped};
 *   <li>{@code lossScale}, {@code lossScaleGoodSteps} and {@code lossScaleOverflows}, empty without
 *       loss scaling;
 *   <li>{@code parts}: a JSON object with norm, coefficient and bound of each part, if the rule has
 *       groups, layers or stages; otherwise empty;
 *   <li>{@code nonFinite}: a JSON object with the non-finite numbers of the row, as in {@code
 *       {"norm":"NaN","parameterNorms.0_W":"Infinity"}}; empty if all numbers are finite;
 *   <li>{@code norm.0_W}, {@code norm.0_b} and so on: the norms of the parameters of the first
 *       reported step.
 * </ul>
 *
 * <p>A non-finite number is an empty cell in its own column, so that a column of numbers holds only
 * numbers. A missing coefficient or bound is an empty cell and does not appear in {@code
 * nonFinite}. Quotes, commas and line breaks in names are quoted as in RFC 4180; rows end with a
 * line feed.
 *
 * <p>Each row is passed to the operating system in one write before training continues, so a killed
 * process loses no row. If the file cannot be written any more, for example because the disk is
 * full, it ends with its last complete row; one WARN reports this, and training continues. If a
 * step has parameters without a column, for example because it comes from another network, its row
 * lacks their norms; one WARN reports this, too.
 *
 * <p>The report belongs to this process, so it and a listener that holds it cannot be serialised.
 * On Spark, use an observer that is serialisable and sends its reports to the driver. Thread-safe;
 * no other report or process may write to the file at the same time.
 *
 * <p>Needs {@code org.apache.commons:commons-csv} on the class path; tested with 1.14.1.
 */
public final class CsvReport implements ClipObserver, AutoCloseable {

  private static final long serialVersionUID = 1L;
  private static final Logger log = LoggerFactory.getLogger(LogName.NAME);

  private final transient ReportFile file;
  private final transient List<String> headerInFile;
  private transient @Nullable Set<String> parameters;
  private transient boolean toldOfOthers;

  private CsvReport(ReportFile file, List<String> headerInFile) {
    this.file = file;
    this.headerInFile = headerInFile;
  }

  /**
   * Creates a file and its missing parent directories. The file is empty until the first step,
   * which determines the header.
   *
   * @throws IllegalArgumentException if the file already exists
   * @throws IllegalStateException if Commons CSV is not on the class path
   * @throws java.io.UncheckedIOException if the file cannot be created
   */
  public static CsvReport create(Path path) {
    requireCommonsCsv();
    return new CsvReport(Opening.create(path), List.of());
  }

  /**
   * Appends to a file that another {@code CsvReport} wrote, or creates it if it does not exist. If
   * the last row is torn, it is removed and the log says so. If the parameters of the first step
   * differ from the header, the report throws {@link IllegalStateException}; the library logs it
   * and training continues without this report.
   *
   * @throws IllegalArgumentException if the path is not a regular file, or if its header does not
   *     have the columns of such a report
   * @throws IllegalStateException if Commons CSV is not on the class path
   * @throws java.io.UncheckedIOException if the file cannot be read or written
   */
  public static CsvReport append(Path path) {
    requireCommonsCsv();
    List<String> header = new ArrayList<>();
    ReportFile file = Opening.append(path, true, there -> header.addAll(Csv.headerOf(there)));
    return new CsvReport(file, header);
  }

  /** Throws if Commons CSV is missing, before any file is created. */
  private static void requireCommonsCsv() {
    try {
      Csv.header(List.of());
    } catch (LinkageError e) {
      throw new IllegalStateException(
          "CsvReport needs org.apache.commons:commons-csv, which is not on the class path. Add"
              + " it, or use JsonLinesReport.",
          e);
    }
  }

  @Override
  public synchronized void onStep(ClipReport report) {
    String header = parameters == null ? begin(report) : "";
    if (!toldOfOthers && !columns().containsAll(report.parameterNorms().keySet())) {
      toldOfOthers = true;
      log.warn(
          "The report file {} lacks a column for some of the parameters {} of iteration {}."
              + " Norms without a column are left out. Use one file per network, or"
              + " JsonLinesReport.",
          file,
          report.parameterNorms().keySet(),
          report.iteration());
    }
    file.write(header + Csv.line(cells(Row.of(report))), report.iteration());
  }

  /**
   * Determines the columns and returns the header, or an empty string if the file already has it.
   */
  private String begin(ClipReport report) {
    Set<String> found = new LinkedHashSet<>(report.parameterNorms().keySet());
    List<String> header = Csv.header(found);
    if (!headerInFile.isEmpty() && !headerInFile.equals(header)) {
      throw new IllegalStateException(
          "The report file "
              + file
              + " has the columns "
              + headerInFile
              + ", but this network has "
              + header
              + ". Append to another file.");
    }
    parameters = found;
    return headerInFile.isEmpty() ? Csv.line(header) : "";
  }

  private Set<String> columns() {
    return parameters == null ? Set.of() : parameters;
  }

  private List<@Nullable Object> cells(Row row) {
    List<@Nullable Object> cells = new ArrayList<>(row.cells().values());
    Map<String, String> nonFinite = row.nonFinite();
    cells.add(row.parts().isEmpty() ? null : Json.object(row.parts()));
    cells.add(nonFinite.isEmpty() ? null : Json.object(nonFinite));
    for (String parameter : columns()) {
      cells.add(row.parameterNorms().get(parameter));
    }
    return cells;
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
    return "CsvReport(" + file + ")";
  }
}
