using System.Text.Json.Nodes;

namespace Ait.Chain.Tests.Proving;

/// <summary>A signature of vectors/p384 or vectors/p256.</summary>
internal sealed record SignatureCase(string Name, byte[] Key, byte[] Digest, byte[] Signature, bool IsValid)
{
    public static IEnumerable<SignatureCase> ReadAll(string curve)
    {
        JsonNode file = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder(curve), "signatures.json")))!;
        for (int i = 0; i < (int)file["count"]!; i++)
        {
            yield return new SignatureCase(
                (string)file["names"]![i]!, Bytes(file["publicKeys"]![i]!), Bytes(file["digests"]![i]!), Bytes(file["signatures"]![i]!), (bool)file["valid"]![i]!);
        }

        static byte[] Bytes(JsonNode node) => Convert.FromHexString(((string)node!)[2..]);
    }

    /// <summary>The nearest folder of the curve's vectors above the tests.</summary>
    public static string Folder(string curve)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "vectors", curve);
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new DirectoryNotFoundException($"vectors/{curve} lies above no folder of {AppContext.BaseDirectory}");
    }
}
