using System.Security.Cryptography;
using System.Text;

namespace Ait.Emulation.Hosts;

/// <summary>Private EC keys and the certificates about them, in order, as one PEM text.</summary>
internal static class PemFile
{
    internal static byte[] Write(IEnumerable<ECDsa> keys, IEnumerable<byte[]> certificates)
    {
        var text = new StringBuilder();
        foreach (ECDsa key in keys)
        {
            text.Append(key.ExportPkcs8PrivateKeyPem()).Append('\n');
        }

        foreach (byte[] certificate in certificates)
        {
            text.Append(PemEncoding.WriteString("CERTIFICATE", certificate)).Append('\n');
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }

    internal static (ECDsa[] Keys, byte[][] Certificates) Read(byte[] pem, int keyCount, int certificateCount)
    {
        string text = Encoding.ASCII.GetString(pem);
        List<ECDsa> keys = [];
        List<byte[]> certificates = [];
        ReadOnlySpan<char> rest = text;
        while (PemEncoding.TryFind(rest, out PemFields fields))
        {
            byte[] content = Convert.FromBase64String(rest[fields.Base64Data].ToString());
            if (rest[fields.Label] is "CERTIFICATE")
            {
                certificates.Add(content);
            }
            else
            {
                var key = ECDsa.Create();
                key.ImportPkcs8PrivateKey(content, out _);
                keys.Add(key);
            }

            rest = rest[fields.Location.End..];
        }

        return keys.Count == keyCount && certificates.Count == certificateCount
            ? ([.. keys], [.. certificates])
            : throw new IOException($"expected {keyCount} keys and {certificateCount} certificates, found {keys.Count} and {certificates.Count}");
    }
}
