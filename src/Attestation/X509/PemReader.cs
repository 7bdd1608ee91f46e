using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Ait.Attestation.X509;

/// <summary>Takes one DER object, or PEM blocks of one label with nothing but white space around them.</summary>
internal static class PemReader
{
    private const byte DerSequence = 0x30;
    private const int MaxBlocks = 16;

    internal static bool TryRead(
        ReadOnlyMemory<byte> file, string label, [NotNullWhen(true)] out List<ReadOnlyMemory<byte>>? objects)
    {
        objects = [];
        if (!file.IsEmpty && file.Span[0] == DerSequence)
        {
            objects.Add(file);
            return true;
        }

        if (!Ascii.IsValid(file.Span))
        {
            objects = null;
            return false;
        }

        ReadOnlySpan<char> text = Encoding.ASCII.GetString(file.Span).AsSpan().Trim();
        while (!text.IsEmpty)
        {
            if (objects.Count == MaxBlocks
                || !PemEncoding.TryFind(text, out PemFields fields)
                || fields.Location.Start.GetOffset(text.Length) != 0
                || !text[fields.Label].SequenceEqual(label))
            {
                objects = null;
                return false;
            }

            var der = new byte[fields.DecodedDataLength];
            if (!Convert.TryFromBase64Chars(text[fields.Base64Data], der, out int written) || written != der.Length)
            {
                objects = null;
                return false;
            }

            objects.Add(der);
            text = text[fields.Location.End.GetOffset(text.Length)..].Trim();
        }

        if (objects.Count > 0)
        {
            return true;
        }

        objects = null;
        return false;
    }
}
