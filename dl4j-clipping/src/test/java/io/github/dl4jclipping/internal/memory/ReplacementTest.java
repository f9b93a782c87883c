package io.github.dl4jclipping.internal.memory;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.dl4jclipping.ChildJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A file is the old one or the new one, whatever happens, and nothing is left beside it. */
class ReplacementTest {

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void create() throws IOException {
    file = Files.writeString(folder.resolve("model.zip"), "old");
  }

  /** A save that is under way is left alone; one that was killed is cleared away. */
  @Test
  void leftoverOfAKilledProcessIsRemoved() throws Exception {
    Process saving = new ChildJvm().start(Saving.class, file);
    try (BufferedReader said =
        new BufferedReader(new InputStreamReader(saving.getInputStream(), UTF_8))) {
      assertThat(said.readLine()).isEqualTo("writing");
      assertThat(names()).hasSize(2);
      replaceBy("new");
      assertThat(names()).hasSize(2); // it writes on
    } finally {
      saving.destroyForcibly().waitFor();
    }
    assertThat(names()).hasSize(2);
    assertThat(file).hasContent("new");
    replaceBy("newer");
    assertThat(names()).containsExactly("model.zip");
    assertThat(file).hasContent("newer");
  }

  /** Within one process, locks tell nothing apart. */
  @Test
  void savesOfOneProcessDoNotDisturbEachOther() throws IOException {
    Replacement.of(
        file,
        out -> {
          out.write("outer".getBytes(UTF_8));
          out.flush();
          replaceBy("inner");
          assertThat(file).hasContent("inner");
        });
    assertThat(file).hasContent("outer");
    assertThat(names()).containsExactly("model.zip");
  }

  /** As another save of this process does that looks at the same leftover. */
  @Test
  void leftoverThatThisProcessHasLockedStays() throws IOException {
    Path leftover = folder.resolve(".model.zip-0123456789abcdef.dl4j-clipping.tmp");
    Files.writeString(leftover, "x");
    try (FileChannel channel = FileChannel.open(leftover, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      replaceBy("new");
      assertThat(lock.isValid()).isTrue();
    }
    assertThat(file).hasContent("new");
    assertThat(leftover).exists();
  }

  @Test
  void filesOfOthersStay() throws IOException {
    List<String> others =
        List.of(
            ".model.zip-0123456789abcde.dl4j-clipping.tmp",
            ".model.zip-0123456789abcdef.dl4j-clipping.tmp.bak",
            ".other.zip-0123456789abcdef.dl4j-clipping.tmp",
            "model.zip123456.tmp");
    for (String other : others) {
      Files.writeString(folder.resolve(other), "x");
    }
    replaceBy("new");
    assertThat(names()).hasSize(others.size() + 1).containsAll(others);
  }

  @Test
  void failureLeavesTheOldOne() throws IOException {
    assertThatThrownBy(
            () ->
                Replacement.of(
                    file,
                    out -> {
                      out.write(new byte[1 << 20]);
                      throw new IOException("no space");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage("no space");
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("model.zip");
  }

  /** Only who may give files away keeps the owner of another. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void ownerAndGroupStay() throws IOException {
    assumeThat(Files.getAttribute(file, "unix:uid")).isEqualTo(0); // the tests run as root
    Files.setAttribute(file, "unix:uid", 12345);
    Files.setAttribute(file, "unix:gid", 23456);
    replaceBy("new");
    assertThat(file).hasContent("new");
    assertThat(Files.getAttribute(file, "unix:uid")).isEqualTo(12345);
    assertThat(Files.getAttribute(file, "unix:gid")).isEqualTo(23456);
  }

  private void replaceBy(String content) throws IOException {
    Replacement.of(file, out -> out.write(content.getBytes(UTF_8)));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  /** Writes a part, says so, and waits. */
  static final class Saving {

    private Saving() {}

    @SuppressWarnings("SystemOut") // what the test waits for
    public static void main(String[] args) throws IOException {
      Replacement.of(
          Path.of(args[0]),
          out -> {
            out.write(new byte[1 << 20]);
            out.flush();
            System.out.println("writing");
            assertThat(System.in.read()).isEqualTo(-1);
          });
    }
  }
}
