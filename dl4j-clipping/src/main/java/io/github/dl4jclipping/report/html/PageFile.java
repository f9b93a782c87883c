package io.github.dl4jclipping.report.html;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Replaces a page in one go: who opens it sees the old one or the new one, never a part. */
final class PageFile {

  private static final int HEAD = 1024;

  private final Path path;

  private PageFile(Path path) {
    this.path = path;
  }

  /**
   * Makes sure that a page may be written there, and creates its folder.
   *
   * @throws IllegalArgumentException if there is something that is no page of ours
   * @throws UncheckedIOException if the folder cannot be made or read
   */
  static PageFile at(Path path) {
    Path absolute = path.toAbsolutePath().normalize();
    if (Files.isDirectory(absolute)) {
      throw new IllegalArgumentException(
          absolute
              + " is a folder: name a file in it, such as "
              + absolute.resolve("clipping.html"));
    }
    if (Files.exists(absolute) && !isOurs(absolute)) {
      throw new IllegalArgumentException(
          absolute
              + " exists and is no page of HtmlReport, so it is left alone: remove it, or choose"
              + " another name");
    }
    Path folder = absolute.getParent();
    try {
      if (folder != null) {
        Files.createDirectories(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the folder of " + absolute + ": " + e, e);
    }
    return new PageFile(absolute);
  }

  /** An empty file is nobody's work. */
  private static boolean isOurs(Path file) {
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(file)) {
      String head = new String(in.readNBytes(HEAD), ISO_8859_1);
      return head.isEmpty() || head.contains(Page.MARK);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read what is at " + file + ": " + e, e);
    }
  }

  Path path() {
    return path;
  }

  void replace(String page) throws IOException {
    // Files.createTempFile would make a page that nobody else may read.
    Path written = path.resolveSibling(".dl4j-clipping-" + UUID.randomUUID() + ".tmp");
    try {
      Files.writeString(written, page, UTF_8, StandardOpenOption.CREATE_NEW);
      move(written);
    } finally {
      Files.deleteIfExists(written);
    }
  }

  private void move(Path written) throws IOException {
    try {
      Files.move(written, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(written, path, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
