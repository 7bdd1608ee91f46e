using System.Text;
using System.Xml;

namespace Ait.Attestation.Nvidia;

/// <summary>
/// Canonical XML 1.1 without comments of one element with everything inside, in the context of its ancestors
/// (W3C xml-c14n11 §2). <see cref="StrictXml"/> keeps out what it does not write: <c>xml:</c> attributes, instructions.
/// </summary>
internal static class CanonicalXml
{
    /// <summary>UTF-8 of the canonical form of <paramref name="apex"/>, leaving out <paramref name="excluded"/>.</summary>
    internal static byte[] Write(XmlElement apex, XmlElement? excluded)
    {
        var inherited = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (XmlNode? ancestor = apex.ParentNode; ancestor is XmlElement above; ancestor = ancestor.ParentNode)
        {
            foreach (XmlAttribute attribute in above.Attributes)
            {
                if (attribute.NamespaceURI == StrictXml.DeclarationNamespace)
                {
                    _ = inherited.TryAdd(DeclaredPrefix(attribute), attribute.Value);
                }
            }
        }

        var text = new StringBuilder();
        Write(text, apex, excluded, inherited, new Dictionary<string, string>(StringComparer.Ordinal));
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Write(
        StringBuilder text,
        XmlElement element,
        XmlElement? excluded,
        SortedDictionary<string, string> inScope,
        Dictionary<string, string> written)
    {
        var scope = new SortedDictionary<string, string>(inScope, StringComparer.Ordinal);
        List<XmlAttribute> attributes = [];
        foreach (XmlAttribute attribute in element.Attributes)
        {
            if (attribute.NamespaceURI == StrictXml.DeclarationNamespace)
            {
                scope[DeclaredPrefix(attribute)] = attribute.Value;
            }
            else
            {
                attributes.Add(attribute);
            }
        }

        _ = text.Append('<').Append(element.Name);
        var below = new Dictionary<string, string>(written, StringComparer.Ordinal);
        foreach ((string prefix, string uri) in scope)
        {
            if (written.GetValueOrDefault(prefix, string.Empty) != uri)
            {
                _ = text.Append(prefix.Length == 0 ? " xmlns" : " xmlns:").Append(prefix).Append("=\"");
                AppendAttribute(text, uri);
                _ = text.Append('"');
                below[prefix] = uri;
            }
        }

        attributes.Sort(static (left, right) =>
        {
            int byNamespace = string.CompareOrdinal(left.NamespaceURI, right.NamespaceURI);
            return byNamespace != 0 ? byNamespace : string.CompareOrdinal(left.LocalName, right.LocalName);
        });
        foreach (XmlAttribute attribute in attributes)
        {
            _ = text.Append(' ').Append(attribute.Name).Append("=\"");
            AppendAttribute(text, attribute.Value);
            _ = text.Append('"');
        }

        _ = text.Append('>');
        for (XmlNode? child = element.FirstChild; child is not null; child = child.NextSibling)
        {
            if (child is XmlElement inner)
            {
                if (inner != excluded)
                {
                    Write(text, inner, excluded, scope, below);
                }
            }
            else
            {
                AppendText(text, child.Value ?? string.Empty);
            }
        }

        _ = text.Append("</").Append(element.Name).Append('>');
    }

    private static string DeclaredPrefix(XmlAttribute declaration) => declaration.Prefix.Length == 0 ? string.Empty : declaration.LocalName;

    private static void AppendText(StringBuilder text, string value)
    {
        foreach (char character in value)
        {
            _ = character switch
            {
                '&' => text.Append("&amp;"),
                '<' => text.Append("&lt;"),
                '>' => text.Append("&gt;"),
                '\r' => text.Append("&#xD;"),
                _ => text.Append(character),
            };
        }
    }

    private static void AppendAttribute(StringBuilder text, string value)
    {
        foreach (char character in value)
        {
            _ = character switch
            {
                '&' => text.Append("&amp;"),
                '<' => text.Append("&lt;"),
                '"' => text.Append("&quot;"),
                '\t' => text.Append("&#x9;"),
                '\n' => text.Append("&#xA;"),
                '\r' => text.Append("&#xD;"),
                _ => text.Append(character),
            };
        }
    }
}
