package io.github.dl4jclipping;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What must pass before a change is taken runs every shell command of the README and of docs. */
class DocsCommandsTest {

  private static final Pattern BLOCK = Pattern.compile("(?ms)^```sh\n(.*?)^```$");
  private static final Pattern INLINE = Pattern.compile("(?s)`((?:mvn|java) [^`]+)`");

  private static final String STAGING = "-DaltDeploymentRepository=staging::file:target/staging";

  /** Long commands, and the short ones that {@code .ci/run} has in their place. */
  private static final Map<String, String> SHORT =
      Map.of(
          "mvn install -DskipTests",
          "mvn -B verify",
          "mvn -Prelease verify",
          "mvn -q -Prelease deploy -DskipTests " + STAGING,
          "mvn -Prelease deploy " + STAGING,
          "mvn -q -Prelease deploy -DskipTests " + STAGING,
          "mvn -q -Pquickstart -Dtext=FILE",
          "mvn -q -Pquickstart",
          "mvn -q -Pbenchmark",
          "mvn -q -Pbenchmark -Dsmoke");

  /** Commands whose parts are run by tests, which {@code mvn verify} runs. */
  private static final List<Pattern> OF_TESTS =
      List.of(
          Pattern.compile("java -Dlogback\\.configurationFile=\\S+ \\.\\.\\."),
          Pattern.compile("mvn -pl dl4j-clipping -am test -Dtest=.*"));

  static Stream<String> commands() {
    return Stream.concat(Stream.of(Docs.ROOT.resolve("README.md")), Docs.pages().stream())
        .map(Docs::read)
        .flatMap(
            text ->
                Stream.concat(
                    BLOCK.matcher(text).results().flatMap(block -> block.group(1).lines()),
                    INLINE.matcher(text).results().map(match -> match.group(1).replace('\n', ' '))))
        .map(line -> line.replaceFirst("\\s+#.*", "").strip())
        .filter(line -> !line.isEmpty())
        .distinct();
  }

  private static List<String> run() {
    return Docs.read(Docs.ROOT.resolve(".ci").resolve("run"))
        .lines()
        .map(line -> line.replace(" </dev/null", "").replace(" -ntp", "").strip())
        .toList();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void isRun(String command) {
    if (OF_TESTS.stream().anyMatch(pattern -> pattern.matcher(command).matches())) {
      return;
    }
    // A word in capitals, such as FOLDER, stands for any value.
    String[] parts = SHORT.getOrDefault(command, command).split("\\b[A-Z]{4,}\\b", -1);
    String pattern = String.join("\\S+", Stream.of(parts).map(Pattern::quote).toList());
    assertThat(run()).anyMatch(line -> line.matches(pattern));
  }

  /** Otherwise the check above would pass without having checked anything. */
  @Test
  void thereAreCommands() {
    assertThat(commands()).hasSizeGreaterThan(8).contains("mvn -B verify", "mvn -q -Pquickstart");
  }

  @Test
  void everyLongCommandIsOnAPage() {
    assertThat(commands().toList()).containsAll(SHORT.keySet());
  }
}
