package io.github.dl4jclipping.release;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathExpressionException;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/** The POM that users get, read by XPath. */
final class PublishedPom {

  private final XPath xpath = XPathFactory.newInstance().newXPath();
  private final Document document;

  PublishedPom(Path file) throws Exception {
    document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
  }

  /** Returns the text of an element, empty if it is missing. */
  String text(String path) {
    return text(path, document);
  }

  /**
   * Returns what is declared of each dependency: its name, its scope and whether it is optional.
   */
  List<String> dependencies() {
    return nodes("/project/dependencies/dependency").stream()
        .map(
            node ->
                text("groupId", node)
                    + ":"
                    + text("artifactId", node)
                    + " "
                    + text("scope", node)
                    + (text("optional", node).equals("true") ? " optional" : ""))
        .toList();
  }

  /** Returns the text of all elements at a path. */
  List<String> texts(String path) {
    return nodes(path).stream().map(Node::getTextContent).toList();
  }

  /** Returns the names of the elements at a path. */
  List<String> names(String path) {
    return nodes(path).stream().map(Node::getNodeName).toList();
  }

  private List<Node> nodes(String path) {
    try {
      NodeList found = (NodeList) xpath.evaluate(path, document, XPathConstants.NODESET);
      return IntStream.range(0, found.getLength()).mapToObj(found::item).toList();
    } catch (XPathExpressionException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private String text(String path, Node from) {
    try {
      return xpath.evaluate(path, from).strip();
    } catch (XPathExpressionException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
