package io.github.dl4jclipping.report.file;

import io.github.dl4jclipping.internal.report.ReportColumn;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/** Reads and writes the CSV format of reports. No other class uses Commons CSV. */
final class Csv {

  private static final CSVFormat FORMAT =
      CSVFormat.RFC4180.builder().setRecordSeparator('\n').get();

  private Csv() {}

  /** Returns the titles of all columns. */
  static List<String> header(Collection<String> parameters) {
    List<String> header = fixed();
    // The prefix keeps a parameter's name from being the title of another column.
    parameters.forEach(parameter -> header.add("norm." + parameter));
    return header;
  }

  private static List<String> fixed() {
    List<String> titles = new ArrayList<>();
    for (ReportColumn column : ReportColumn.values()) {
      titles.add(column.title());
    }
    titles.add("parts");
    titles.add("nonFinite");
    return titles;
  }

  /** Returns one row with its line feed; null becomes an empty cell. */
  static String line(List<? extends @Nullable Object> cells) {
    return FORMAT.format(cells.toArray()) + "\n";
  }

  /**
   * Returns the header of a file.
   *
   * @throws IllegalArgumentException if the first row is not the header of such a report
   */
  static List<String> headerOf(Path path) throws IOException {
    List<String> header = firstRecord(path);
    List<String> fixed = fixed();
    if (header.size() < fixed.size() || !header.subList(0, fixed.size()).equals(fixed)) {
      throw Opening.notAReport(
          path, "its columns are " + shown(header) + ", but must be " + fixed + " and norms");
    }
    return header;
  }

  /** Shortens a header for a message, because it may be the first line of any file. */
  private static String shown(List<String> header) {
    String text = header.toString();
    return text.length() <= 200 ? text : text.substring(0, 200) + "...";
  }

  private static List<String> firstRecord(Path path) throws IOException {
    try (BufferedReader reader = Files.newBufferedReader(path);
        CSVParser parser = FORMAT.parse(reader)) {
      Iterator<CSVRecord> records = parser.iterator();
      return records.hasNext() ? records.next().toList() : List.of();
    } catch (UncheckedIOException e) { // thrown by the iterator
      if (e.getCause() instanceof CSVException) {
        throw Opening.notAReport(path, "its first row is not CSV");
      }
      throw e.getCause();
    }
  }
}
