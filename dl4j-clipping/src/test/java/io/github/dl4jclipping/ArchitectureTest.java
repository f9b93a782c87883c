package io.github.dl4jclipping;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.implement;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.github.dl4jclipping.rule.ClipRule;
import org.junit.jupiter.api.Test;

/** The flow is the layout: gradient, norm, decision, rescale, report; imports point down. */
class ArchitectureTest {

  private static final String ROOT = "io.github.dl4jclipping";

  private static final JavaClasses LIBRARY =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  @Test
  void importsPointDown() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("root")
        .definedBy(userFacing())
        .layer("step")
        .definedBy(ROOT + ".step")
        .layer("outlets")
        .definedBy(ROOT + ".report.*")
        .layer("report")
        .definedBy(ROOT + ".report..")
        .layer("forensics")
        .definedBy(ROOT + ".forensics")
        .layer("rule")
        .definedBy(ROOT + ".rule")
        .layer("scaling")
        .definedBy(ROOT + ".scaling")
        .layer("norm")
        .definedBy(ROOT + ".norm")
        .whereLayer("root")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("step")
        .mayOnlyBeAccessedByLayers("root")
        .whereLayer("outlets")
        .mayOnlyBeAccessedByLayers("root")
        .whereLayer("report")
        .mayOnlyBeAccessedByLayers("root", "step", "outlets")
        .whereLayer("forensics")
        .mayOnlyBeAccessedByLayers("root", "step", "report", "outlets")
        .whereLayer("rule")
        .mayOnlyBeAccessedByLayers("root", "step", "report", "outlets")
        .whereLayer("scaling")
        .mayOnlyBeAccessedByLayers("step", "report", "outlets")
        .check(LIBRARY);
  }

  @Test
  void reportsKnowNothingOfWhereTheyAreWritten() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + ".report")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + ".report.*")
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

  /** The root without the plain value types, which every package may use. */
  private static DescribedPredicate<JavaClass> userFacing() {
    return DescribedPredicate.describe(
        "the root's own classes",
        type ->
            type.getPackageName().equals(ROOT)
                && !type.isEquivalentTo(NonFinitePolicy.class)
                && !type.isEquivalentTo(LossScaling.class)
                && !type.isEquivalentTo(NonFiniteGradientException.class));
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
