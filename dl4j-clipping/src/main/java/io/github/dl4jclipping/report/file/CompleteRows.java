package io.github.dl4jclipping.report.file;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds where the rows of a file end of which the last may be torn. */
final class CompleteRows {

  private CompleteRows() {}

  /**
   * Returns how many bytes the complete rows take, line break included. Neither a quote nor a line
   * break is ever part of another character in UTF-8.
   *
   * @param quoted whether a line break between two quotes is part of the row, as in CSV
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
