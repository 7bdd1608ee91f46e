using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Xml;

namespace Ait.Attestation.Nvidia;

/// <summary>
/// Reads the plain XML that manifests are: UTF-8, no document type, comment, CDATA or processing instruction, no
/// <c>xml:</c> attribute, shallow. What is refused here is also what two canonicalisers could disagree on.
/// </summary>
internal static class StrictXml
{
    internal const int MaxLength = 1024 * 1024;
    internal const int MaxDepth = 16;
    internal const int MaxAttributes = 128;

    /// <summary>In the whole document: canonical form looks at every one that is in scope, for every element.</summary>
    internal const int MaxDeclarations = 32;

    internal const string DeclarationNamespace = "http://www.w3.org/2000/xmlns/";

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    internal static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out XmlDocument? document, out string problem)
    {
        document = null;
        if (bytes.Length > MaxLength)
        {
            problem = $"{bytes.Length} bytes";
            return false;
        }

        try
        {
            string text = WithoutDeclaration(s_utf8.GetString(bytes));
            if (text.Contains("<!", StringComparison.Ordinal) || text.Contains("<?", StringComparison.Ordinal))
            {
                problem = "a document type, comment or instruction";
                return false;
            }

            var read = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
            read.LoadXml(text);
            if (!IsPlain(read.DocumentElement!, out problem)) // LoadXml throws where there is no root
            {
                return false;
            }

            document = read;
            return true;
        }
        catch (Exception exception) when (exception is XmlException or ArgumentException)
        {
            problem = exception.Message;
            return false;
        }
    }

    private static string WithoutDeclaration(string text)
    {
        int end = text.StartsWith("<?xml ", StringComparison.Ordinal) ? text.IndexOf("?>", StringComparison.Ordinal) : -1;
        return end < 0 ? text : text[(end + 2)..].TrimStart();
    }

    private static bool HasPlainAttributes(XmlElement element, ref int declarations, out string problem)
    {
        problem = $"more than {MaxAttributes} attributes or {MaxDeclarations} declarations of namespaces";
        if (element.Attributes.Count > MaxAttributes)
        {
            return false;
        }

        foreach (XmlAttribute attribute in element.Attributes)
        {
            if (attribute.Prefix == "xml")
            {
                problem = $"the attribute {attribute.Name}";
                return false;
            }

            if (attribute.NamespaceURI == DeclarationNamespace && ++declarations > MaxDeclarations)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsPlain(XmlElement root, out string problem)
    {
        XmlNode node = root;
        int depth = 1;
        int declarations = 0;
        while (true)
        {
            if (node is XmlElement element && !HasPlainAttributes(element, ref declarations, out problem))
            {
                return false;
            }

            if (node.FirstChild is { } child)
            {
                node = child;
                if (++depth > MaxDepth)
                {
                    problem = $"more than {MaxDepth} levels";
                    return false;
                }

                continue;
            }

            while (node.NextSibling is null)
            {
                if (depth == 1)
                {
                    problem = string.Empty;
                    return true;
                }

                node = node.ParentNode!; // below the root
                depth--;
            }

            if (depth == 1)
            {
                problem = string.Empty;
                return true;
            }

            node = node.NextSibling!; // the loop ended on one that has it
        }
    }
}
