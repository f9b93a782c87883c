package io.github.dl4jclipping;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.implement;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.github.dl4jclipping.report.file.IncidentCapture;
import io.github.dl4jclipping.rule.ClipRule;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each room knows the rooms below it and no others; docs/architecture.md tells of them. */
class ArchitectureTest {

  private static final String ROOT = "io.github.dl4jclipping";

  private static final JavaClasses LIBRARY =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  /** What each package may import of this library, beside itself and the root's plain values. */
  private static final Map<String, Set<String>> MAY_IMPORT = new LinkedHashMap<>();

  static {
    mayImport("norm");
    mayImport("scaling");
    mayImport("internal.check");
    mayImport("internal.log");
    mayImport("internal.dl4j");
    mayImport("rule", "norm", "internal.check");
    mayImport("forensics", "norm");
    mayImport("report", "norm", "scaling", "rule", "forensics", "internal.log");
    mayImport("internal.norm", "norm");
    mayImport("internal.json", "norm", "rule");
    mayImport("internal.precision", "norm", "scaling", "internal.log", "internal.norm");
    mayImport(
        "internal.forensics",
        "norm",
        "forensics",
        "internal.dl4j",
        "internal.norm",
        "internal.precision");
    mayImport(
        "internal.report",
        "norm",
        "scaling",
        "rule",
        "forensics",
        "report",
        "internal.check",
        "internal.log");
    mayImport(
        "internal.memory",
        "norm",
        "scaling",
        "rule",
        "forensics",
        "report",
        "internal.log",
        "internal.norm",
        "internal.precision",
        "internal.report");
    mayImport(
        "internal.step",
        "norm",
        "scaling",
        "rule",
        "forensics",
        "report",
        "internal.check",
        "internal.log",
        "internal.norm",
        "internal.precision",
        "internal.forensics",
        "internal.report",
        "internal.memory");
    mayImport(
        "internal.network",
        "norm",
        "scaling",
        "rule",
        "forensics",
        "report",
        "internal.log",
        "internal.dl4j",
        "internal.norm",
        "internal.precision",
        "internal.forensics",
        "internal.report",
        "internal.memory",
        "internal.step");
    mayImport(
        "report.file",
        "norm",
        "rule",
        "forensics",
        "report",
        "internal.log",
        "internal.forensics",
        "internal.report");
    mayImport(
        "report.html",
        "norm",
        "scaling",
        "rule",
        "forensics",
        "report",
        "internal.log",
        "internal.report");
    mayImport("report.micrometer", "forensics", "report", "internal.report");
  }

  private static void mayImport(String room, String... others) {
    for (String other : others) {
      assertThat(MAY_IMPORT).as("imports point down, from " + room).containsKey(other);
    }
    MAY_IMPORT.put(room, new LinkedHashSet<>(List.of(others)));
  }

  static Stream<String> rooms() {
    return MAY_IMPORT.keySet().stream();
  }

  @Test
  void everyPackageIsARoom() {
    Set<String> packages =
        LIBRARY.stream()
            .map(JavaClass::getPackageName)
            .filter(name -> !name.equals(ROOT))
            .map(name -> name.substring(ROOT.length() + 1))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(packages).isEqualTo(new TreeSet<>(MAY_IMPORT.keySet()));
  }

  /** Imports point down: what a room may import stands above it in the list. */
  @ParameterizedTest
  @MethodSource("rooms")
  void roomsKnowOnlyThoseBelow(String room) {
    Stream<String> allowed = Stream.concat(Stream.of(room), MAY_IMPORT.get(room).stream());
    Set<String> packages = allowed.map(name -> ROOT + "." + name).collect(Collectors.toSet());
    noClasses()
        .that()
        .resideInAPackage(ROOT + "." + room)
        .should()
        .dependOnClassesThat(
            resideInAPackage(ROOT + "..")
                .and(not(plainValues()))
                .and(
                    describe(
                        "are of another room than " + packages,
                        type -> !packages.contains(type.getPackageName()))))
        .check(LIBRARY);
  }

  @Test
  void nothingInternalIsInAPublicSignature() {
    List<String> leaks =
        LIBRARY.stream()
            .filter(type -> !type.getPackageName().contains(".internal"))
            .filter(ArchitectureTest::isPublic)
            .flatMap(ArchitectureTest::internalInSignaturesOf)
            .toList();
    assertThat(leaks).isEmpty();
  }

  private static boolean isPublic(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(ArchitectureTest::isPublic).orElse(true);
  }

  private static Stream<String> internalInSignaturesOf(JavaClass type) {
    Stream<String> members =
        type.getMembers().stream()
            .filter(
                member ->
                    member.getModifiers().contains(JavaModifier.PUBLIC)
                        || member.getModifiers().contains(JavaModifier.PROTECTED))
            .filter(member -> member.getAllInvolvedRawTypes().stream().anyMatch(internal()))
            .map(JavaMember::getFullName);
    Stream<String> parents =
        type.getAllRawInterfaces().stream()
            .filter(internal())
            .map(parent -> type.getName() + " implements " + parent.getName());
    return Stream.concat(members, parents);
  }

  private static DescribedPredicate<JavaClass> internal() {
    return resideInAPackage(ROOT + ".internal..");
  }

  /** Another kind of network, such as a SameDiff graph, is another adapter and no new step. */
  @Test
  void theStepAndTheMemoryKnowNoNetworkOfDl4j() {
    noClasses()
        .that()
        .resideInAnyPackage(ROOT + ".internal.step", ROOT + ".internal.memory")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.deeplearning4j..")
        .check(LIBRARY);
  }

  @Test
  void networksAreToldApartInFewPlaces() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            ROOT + ".internal.network", ROOT + ".internal.forensics") // which replays on copies
        .and(not(type(IncidentCapture.class))) // which saves them
        .should()
        .dependOnClassesThat(type(MultiLayerNetwork.class).or(type(ComputationGraph.class)))
        .check(LIBRARY);
  }

  @Test
  void noTwoFilesImportEachOther() {
    // An interface may offer its implementations: ClipRule.globalNorm(1.0).
    slices()
        .assignedFrom(files())
        .should()
        .beFreeOfCycles()
        .ignoreDependency(type(ClipRule.class), implement(ClipRule.class))
        .check(LIBRARY);
  }

  @Test
  void rulesArePureJava() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".rule")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.nd4j..", "org.deeplearning4j..", "org.bytedeco..")
        .check(LIBRARY);
  }

  @Test
  void optionalLibrariesAreKnownWhereTheyAreUsed() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".report.micrometer")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.micrometer..")
        .check(LIBRARY);
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".report.file")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.apache.commons.csv..")
        .check(LIBRARY);
  }

  @Test
  void rulesTravel() {
    classes()
        .that()
        .implement(ClipRule.class)
        .should()
        .beAssignableTo(java.io.Serializable.class)
        .check(LIBRARY);
  }

  /** Of the root, every package may use these. */
  private static DescribedPredicate<JavaClass> plainValues() {
    Class<?>[] values = {
      NonFinitePolicy.class, LossScaling.class, NonFiniteGradientException.class
    };
    return describe(
        "plain values of the root", type -> Arrays.stream(values).anyMatch(type::isEquivalentTo));
  }

  private static SliceAssignment files() {
    return new SliceAssignment() {
      @Override
      public SliceIdentifier getIdentifierOf(JavaClass type) {
        String outermost = type.getName().replaceFirst("\\$.*", "");
        return SliceIdentifier.of(outermost);
      }

      @Override
      public String getDescription() {
        return "files";
      }
    };
  }
}
