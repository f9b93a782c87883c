package io.github.dl4jclipping;

import io.github.dl4jclipping.norm.NormType;
import io.github.dl4jclipping.rule.ClipRule;
import io.github.dl4jclipping.rule.GlobalNormRule;
import io.github.dl4jclipping.rule.NoRule;
import io.github.dl4jclipping.rule.ValueRule;
import io.github.dl4jclipping.step.ClippingPlan;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.DeserializationFeature;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.JsonNodeFactory;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** The JSON form of the settings: every field by name, none unknown, no class. */
final class ClippingJson {

  private static final ObjectMapper MAPPER =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** May be missing: settings of versions before it lack it. */
  private static final String FORENSICS = "forensics";

  private ClippingJson() {}

  static ObjectNode toTree(ClippingPlan plan) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    tree.set("rule", ruleToTree(plan.rule()));
    tree.put("nonFinite", plan.policy().name());
    tree.put("maxConsecutiveSkips", plan.maxConsecutiveSkips());
    tree.put("parameterNorms", plan.parameterNorms());
    if (!plan.forensics()) {
      // Written only where it differs, so that versions before it read all the rest.
      tree.put(FORENSICS, false);
    }
    return tree;
  }

  static ClippingPlan read(String json) {
    try {
      return fromTree(MAPPER.readTree(json));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "settings of gradient clipping must be JSON: " + e.getOriginalMessage(), e);
    }
  }

  static ClippingPlan fromTree(JsonNode tree) {
    boolean hasForensics = tree.has(FORENSICS);
    requireFields(
        tree,
        "clipping",
        hasForensics
            ? new String[] {"rule", "nonFinite", "maxConsecutiveSkips", "parameterNorms", FORENSICS}
            : new String[] {"rule", "nonFinite", "maxConsecutiveSkips", "parameterNorms"});
    return new ClippingPlan(
        ruleFromTree(tree.get("rule")),
        policy(tree.get("nonFinite")),
        integer(tree, "maxConsecutiveSkips"),
        bool(tree, "parameterNorms"),
        !hasForensics || bool(tree, FORENSICS));
  }

  private static ObjectNode ruleToTree(ClipRule rule) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    if (rule instanceof GlobalNormRule global) {
      tree.put("type", "globalNorm").put("maxNorm", global.maxNorm());
      putNormType(tree, global.normType());
    } else if (rule instanceof ValueRule value) {
      tree.put("type", "value").put("clipValue", value.clipValue());
    } else if (rule instanceof NoRule) {
      tree.put("type", "none");
    } else {
      throw new IllegalStateException(
          "the rule "
              + rule
              + " of "
              + rule.getClass().getName()
              + " has no JSON form: only this library's own rules can be written into a"
              + " configuration. Give the settings to the listener instead.");
    }
    return tree;
  }

  private static ClipRule ruleFromTree(JsonNode tree) {
    String type = tree.path("type").asText("");
    switch (type) {
      case "globalNorm" -> {
        requireFields(tree, "rule globalNorm", "type", "maxNorm", "normType");
        return ClipRule.globalNorm(number(tree, "maxNorm"), normType(tree.get("normType")));
      }
      case "value" -> {
        requireFields(tree, "rule value", "type", "clipValue");
        return ClipRule.value(number(tree, "clipValue"));
      }
      case "none" -> {
        requireFields(tree, "rule none", "type");
        return ClipRule.none();
      }
      default ->
          throw new IllegalArgumentException(
              "rule type must be globalNorm, value or none, but rule was " + describe(tree));
    }
  }

  private static void putNormType(ObjectNode tree, NormType type) {
    if (List.of(NormType.L1, NormType.L2, NormType.INF).contains(type)) {
      tree.put("normType", type.toString());
    } else {
      tree.put("normType", type.order());
    }
  }

  private static NormType normType(JsonNode node) {
    if (node.isNumber()) {
      return NormType.p(node.doubleValue());
    }
    return switch (node.asText()) {
      case "L1" -> NormType.L1;
      case "L2" -> NormType.L2;
      case "INF" -> NormType.INF;
      default ->
          throw new IllegalArgumentException(
              "normType must be L1, L2, INF or a number > 0, but was " + describe(node));
    };
  }

  private static NonFinitePolicy policy(JsonNode node) {
    return Arrays.stream(NonFinitePolicy.values())
        .filter(policy -> node.isTextual() && policy.name().equals(node.textValue()))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "nonFinite must be one of "
                        + Arrays.toString(NonFinitePolicy.values())
                        + ", but was "
                        + describe(node)));
  }

  private static double number(JsonNode tree, String field) {
    JsonNode node = tree.get(field);
    if (!node.isNumber()) {
      throw new IllegalArgumentException(field + " must be a number, but was " + describe(node));
    }
    return node.doubleValue();
  }

  private static int integer(JsonNode tree, String field) {
    JsonNode node = tree.get(field);
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw new IllegalArgumentException(field + " must be an integer, but was " + describe(node));
    }
    return node.intValue();
  }

  private static boolean bool(JsonNode tree, String field) {
    JsonNode node = tree.get(field);
    if (!node.isBoolean()) {
      throw new IllegalArgumentException(
          field + " must be true or false, but was " + describe(node));
    }
    return node.booleanValue();
  }

  /** Returns a value as text, a nested one by its kind: it could be too deep to be written out. */
  private static String describe(JsonNode node) {
    return node.isContainerNode() && !isFlat(node)
        ? "a nested " + node.getNodeType()
        : node.toString();
  }

  private static boolean isFlat(JsonNode node) {
    for (JsonNode child : node) {
      if (child.isContainerNode()) {
        return false;
      }
    }
    return true;
  }

  private static void requireFields(JsonNode tree, String what, String... fields) {
    if (!tree.isObject()) {
      throw new IllegalArgumentException(
          what + " must be a JSON object, but was " + describe(tree));
    }
    TreeSet<String> missing = new TreeSet<>(Arrays.asList(fields));
    for (Iterator<String> names = tree.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!missing.remove(name)) {
        throw new IllegalArgumentException(
            what + " has the unknown field \"" + name + "\"; known are " + Arrays.toString(fields));
      }
    }
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(what + " lacks the fields " + missing);
    }
  }
}
