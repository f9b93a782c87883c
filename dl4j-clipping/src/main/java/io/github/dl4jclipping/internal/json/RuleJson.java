package io.github.dl4jclipping.internal.json;

import io.github.dl4jclipping.rule.AdaGcRule;
import io.github.dl4jclipping.rule.AgcRule;
import io.github.dl4jclipping.rule.AutoClipRule;
import io.github.dl4jclipping.rule.BlockRmsRule;
import io.github.dl4jclipping.rule.ClipRule;
import io.github.dl4jclipping.rule.GlobalNormRule;
import io.github.dl4jclipping.rule.GroupsRule;
import io.github.dl4jclipping.rule.LayerNormRule;
import io.github.dl4jclipping.rule.MedianNormRule;
import io.github.dl4jclipping.rule.NoRule;
import io.github.dl4jclipping.rule.ParameterNormRule;
import io.github.dl4jclipping.rule.RenormalizeRule;
import io.github.dl4jclipping.rule.ScheduledNormRule;
import io.github.dl4jclipping.rule.SequenceRule;
import io.github.dl4jclipping.rule.ValueRule;
import io.github.dl4jclipping.rule.ZClipRule;
import java.util.ArrayList;
import java.util.List;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ArrayNode;
import org.nd4j.shade.jackson.databind.node.JsonNodeFactory;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/** Reads and writes rules as JSON: a rule's name and its components, never its class. */
public final class RuleJson {

  private static final String TYPE = "type";

  /** The name of the sequence rule, the only one that holds others. */
  private static final String IN_ORDER = "inOrder";

  private static final String RULES = "rules";

  /** Maps a name to a rule, whose record components are the other fields. */
  private record Kind(String name, Class<? extends Record> rule) {}

  private static final List<Kind> KINDS =
      List.of(
          new Kind("globalNorm", GlobalNormRule.class),
          new Kind("value", ValueRule.class),
          new Kind("none", NoRule.class),
          new Kind("scheduledNorm", ScheduledNormRule.class),
          new Kind("renormalize", RenormalizeRule.class),
          new Kind("layerNorm", LayerNormRule.class),
          new Kind("parameterNorm", ParameterNormRule.class),
          new Kind("blockRms", BlockRmsRule.class),
          new Kind("groups", GroupsRule.class),
          new Kind("autoClip", AutoClipRule.class),
          new Kind("medianNorm", MedianNormRule.class),
          new Kind("zClip", ZClipRule.class),
          new Kind("adaGc", AdaGcRule.class),
          new Kind("agc", AgcRule.class));

  private RuleJson() {}

  /**
   * Writes a rule.
   *
   * @throws IllegalStateException if the rule or its schedule is a custom one
   */
  public static ObjectNode toTree(ClipRule rule) {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    if (rule instanceof SequenceRule several) {
      ArrayNode rules = tree.put(TYPE, IN_ORDER).putArray(RULES);
      several.stages().forEach(stage -> rules.add(toTree(stage)));
      return tree;
    }
    for (Kind kind : KINDS) {
      if (kind.rule().equals(rule.getClass())) {
        RecordJson.put(tree.put(TYPE, kind.name()), kind.rule().cast(rule));
        return tree;
      }
    }
    throw new IllegalStateException(
        "The rule "
            + rule
            + " of "
            + rule.getClass().getName()
            + " has no JSON form: only this library's own rules can be written to a configuration."
            + " Give the settings to the listener instead.");
  }

  /**
   * Reads a rule.
   *
   * @throws IllegalArgumentException if its type or a field is unknown, or if a value is out of
   *     bounds
   */
  public static ClipRule fromTree(JsonNode tree) {
    return isType(tree, IN_ORDER) ? several(tree) : single(tree);
  }

  private static ClipRule several(JsonNode tree) {
    JsonFields.require(tree, "rule " + IN_ORDER, TYPE, RULES);
    List<ClipRule> rules = new ArrayList<>();
    for (JsonNode stage : JsonFields.array(tree.get(RULES), RULES)) {
      if (isType(stage, IN_ORDER)) {
        throw new IllegalArgumentException("inOrder must not be inside inOrder");
      }
      rules.add(single(stage));
    }
    return new SequenceRule(rules);
  }

  private static ClipRule single(JsonNode tree) {
    for (Kind kind : KINDS) {
      if (isType(tree, kind.name())) {
        return (ClipRule) RecordJson.read(tree, "rule " + kind.name(), kind.rule(), TYPE);
      }
    }
    List<String> names = new ArrayList<>(KINDS.stream().map(Kind::name).toList());
    names.add(IN_ORDER);
    throw new IllegalArgumentException(
        "rule type must be one of " + names + ", but rule was " + JsonFields.describe(tree));
  }

  private static boolean isType(JsonNode tree, String name) {
    return tree.path(TYPE).asText("").equals(name);
  }
}
