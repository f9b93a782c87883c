package io.github.dl4jclipping.report.file;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Measures the complete rows of a file whose last row may be torn. */
final class CompleteRows {

  private CompleteRows() {}

  /**
   * Returns the number of bytes of all complete rows, including their line breaks. Bytes can be
   * compared one by one, because in UTF-8 neither a quote nor a line break is ever part of another
   * character.
   *
   * @param quoted whether a line break between quotes is part of the row, as in CSV
   */
  static long length(Path file, boolean quoted) throws IOException {
    long position = 0;
    long end = 0;
    boolean inQuotes = false;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
      for (int next = in.read(); next >= 0; next = in.read()) {
        position++;
        if (next == '"') {
          inQuotes = quoted && !inQuotes;
        } else if (next == '\n' && !inQuotes) {
          end = position;
        }
      }
    }
    return end;
  }
}
