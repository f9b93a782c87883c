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
 * Writes each step as a row of a CSV file, in UTF-8, after a header.
 *
 * <p>The columns are the components of {@link ClipReport} by name, {@code clipped}, {@code
 * lossScale}, {@code lossScaleGoodSteps} and {@code lossScaleOverflows} (empty without loss
 * scaling), {@code parts} (norm, coefficient and bound of each group, layer or stage of a rule that
 * has such, as a JSON object; otherwise empty), {@code nonFinite}, and {@code norm.0_W}, {@code
 * norm.0_b} and so on for the parameters of the first step that is seen. A number that is not
 * finite is an empty cell, so that every column of numbers holds nothing else, and {@code
 * nonFinite} names it as a JSON object, as in {@code
 * {"norm":"NaN","parameterNorms.0_W":"Infinity"}}; that cell is empty where there is none. A
 * coefficient or a bound that there is not is an empty cell alone. Quotes, commas and line breaks
 * in names are quoted as RFC 4180 says; rows end in a line feed.
 *
 * <p>Each row is handed to the operating system in one write before training goes on: a process
 * that is killed loses none. A file that can be written no further, as on a full disk, stops at its
 * last complete row; a WARN says so once, and training goes on. A step with parameters that are no
 * columns, as from another network, is written without them, which a WARN says once, too.
 *
 * <p>Belongs to this process: it refuses to be serialised, and with it the listener that it was
 * given to; on Spark let an observer that travels bring reports to the driver. Thread-safe; no
 * other report or process may write to the file meanwhile.
 *
 * <p>Needs {@code org.apache.commons:commons-csv} (1.14.1 was tested) on the class path.
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
   * Creates a file, and the folders above it that are missing. It stays empty until the first step,
   * from which its header comes.
   *
   * @throws IllegalArgumentException if the file exists already
   * @throws IllegalStateException if Commons CSV is not on the class path
   * @throws java.io.UncheckedIOException if it cannot be created
   */
  public static CsvReport create(Path path) {
    requireCommonsCsv();
    return new CsvReport(Opening.create(path), List.of());
  }

  /**
   * Appends to a file that another such report wrote; creates it where there is none. A last row
   * that is torn is cut off, which the log says. The first step throws {@link
   * IllegalStateException} if its parameters are not those of the file's header: the library then
   * logs it and trains on without this report.
   *
   * @throws IllegalArgumentException if the path is no plain file, or its header has other columns
   *     than such reports
   * @throws IllegalStateException if Commons CSV is not on the class path
   * @throws java.io.UncheckedIOException if it cannot be read or written
   */
  public static CsvReport append(Path path) {
    requireCommonsCsv();
    List<String> header = new ArrayList<>();
    ReportFile file = Opening.append(path, true, there -> header.addAll(Csv.headerOf(there)));
    return new CsvReport(file, header);
  }

  /** Fails before there is a file. */
  private static void requireCommonsCsv() {
    try {
      Csv.header(List.of());
    } catch (LinkageError e) {
      throw new IllegalStateException(
          "CsvReport needs org.apache.commons:commons-csv, which is not on the class path: add it,"
              + " or write a JsonLinesReport",
          e);
    }
  }

  @Override
  public synchronized void onStep(ClipReport report) {
    String header = parameters == null ? begin(report) : "";
    if (!toldOfOthers && !columns().containsAll(report.parameterNorms().keySet())) {
      toldOfOthers = true;
      log.warn(
          "The report file {} has no columns for all of the parameters {} of iteration {}: their"
              + " norms are left out. Give each network a file of its own, or write JSON Lines",
          file,
          report.parameterNorms().keySet(),
          report.iteration());
    }
    file.write(header + Csv.line(cells(Row.of(report))), report.iteration());
  }

  /** Settles the columns and returns the header, or nothing where the file has it already. */
  private String begin(ClipReport report) {
    Set<String> found = new LinkedHashSet<>(report.parameterNorms().keySet());
    List<String> header = Csv.header(found);
    if (!headerInFile.isEmpty() && !headerInFile.equals(header)) {
      throw new IllegalStateException(
          "report file "
              + file
              + " has the columns "
              + headerInFile
              + ", but this network's are "
              + header
              + ": append to another file");
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
    return "CsvReport(" + file + ")";
  }
}
