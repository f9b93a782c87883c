package io.github.dl4jclipping.report.file;

import io.github.dl4jclipping.internal.log.LogName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens report files, and never overwrites an existing file. */
final class Opening {

  private static final Logger log = LoggerFactory.getLogger(LogName.NAME);

  private Opening() {}

  /** Checks that a file holds reports of the expected format. */
  interface Check {

    /** Checks a file with at least one complete row, and throws if it holds something else. */
    void accept(Path file) throws IOException;
  }

  /**
   * Creates a file and its missing parent directories.
   *
   * @throws IllegalArgumentException if the path exists, as a file or as a directory
   * @throws UncheckedIOException if the file cannot be created
   */
  static ReportFile create(Path given) {
    Path path = absolute(given);
    if (Files.exists(path)) {
      throw new IllegalArgumentException(
          "The report file "
              + path
              + " already exists and is never overwritten. Choose another name, or append to it.");
    }
    try {
      Files.createDirectories(path.getParent());
      return new ReportFile(
          path,
          Files.newOutputStream(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
          0);
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  /**
   * Opens a file for appending, or creates it if it does not exist. If the last row is torn, it is
   * removed.
   *
   * @param quoted whether rows may have line breaks between quotes
   * @param check the check of a file that is not empty
   * @throws IllegalArgumentException if the path is not a regular file, or if the file holds
   *     something else
   * @throws UncheckedIOException if the file cannot be read and written
   */
  static ReportFile append(Path given, boolean quoted, Check check) {
    Path path = absolute(given);
    if (!Files.exists(path)) {
      return create(path);
    }
    if (!Files.isRegularFile(path)) {
      throw new IllegalArgumentException(
          "The report file must be a regular file, but " + path + " is not one.");
    }
    try {
      long length = Files.size(path);
      long complete = CompleteRows.length(path, quoted);
      if (length > 0) {
        if (complete == 0) {
          throw notAReport(path, "it has no complete row");
        }
        check.accept(path);
      }
      if (complete < length) {
        cut(path, complete, length - complete);
      }
      return new ReportFile(path, Files.newOutputStream(path, StandardOpenOption.APPEND), complete);
    } catch (CharacterCodingException e) {
      throw notAReport(path, "it is not UTF-8");
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  /** Returns the exception for a file that does not hold such reports. */
  static IllegalArgumentException notAReport(Path path, String reason) {
    return new IllegalArgumentException(
        "The report file "
            + path
            + " cannot be appended to: "
            + reason
            + ". Choose another name, or move that file.");
  }

  private static void cut(Path path, long complete, long torn) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      channel.truncate(complete);
    }
    log.warn(
        "The last row of the report file {} was incomplete, probably because the disk was full"
            + " or the process was killed. Its {} bytes were removed.",
        path,
        torn);
  }

  private static Path absolute(Path path) {
    return Objects.requireNonNull(path, "path must not be null").toAbsolutePath();
  }

  private static UncheckedIOException unusable(Path path, IOException e) {
    return new UncheckedIOException(
        "The report file "
            + path
            + " cannot be created or written: "
            + e
            + ". Check that this process may write to its directory.",
        e);
  }
}
