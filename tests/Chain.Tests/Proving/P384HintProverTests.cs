using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ait.Chain.Proving;

namespace Ait.Chain.Tests.Proving;

/// <summary>The prover against the slow reader of hints, and the hints that Solidity reads too: vectors/p384/hints.json.</summary>
public sealed class P384HintProverTests
{
    /// <summary>The signatures whose hints are shared: one of each kind of edge.</summary>
    private static readonly string[] s_shared =
    [
        "openssl 0", "openssl 1 with s negated", "private key 1 nonce 2", "private key 15 nonce 16", "digest 0", "s is 1",
        "x of the nonce's point is r + n, 1", "stored x 0x0, 1", "random 0", "random 1", "random 2", "random 3",
    ];

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, NewLine = "\n" };

    [Fact]
    public void Prove_givesHintsThatShowEveryVerifyingSignature()
    {
        int shown = 0;
        foreach (Case item in Cases())
        {
            byte[] hints = P384HintProver.Prove(item.Key, item.Digest, item.Signature);
            Assert.Equal(item.IsValid, SlowP384.Verifies(item.Key, item.Digest, item.Signature));
            Assert.True(item.IsValid || hints.Length == 0, item.Name);
            if (hints.Length > 0)
            {
                Assert.True(SlowP384.Shows(item.Key, item.Digest, item.Signature, hints), item.Name);
                shown++;
            }
            else if (item.IsValid)
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"no hints: {item.Name}");
            }
        }

        Assert.InRange(shown, 100, int.MaxValue);
    }

    [Fact]
    public void Prove_givesHintsForWhatThePlatformSigned()
    {
        Stopwatch watch = new();
        JsonArray many = [];
        int length = 0;
        int count = int.TryParse(Environment.GetEnvironmentVariable("AIT_P384_COUNT"), out int asked) ? asked : 10;
        for (int i = 0; i < count; i++)
        {
            using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
            ECPoint q = key.ExportParameters(false).Q;
            byte[] publicKey = [.. q.X!, .. q.Y!];
            byte[] digest = SHA384.HashData([(byte)i]);
            byte[] signature = key.SignHash(digest);
            watch.Start();
            byte[] hints = P384HintProver.Prove(publicKey, digest, signature);
            watch.Stop();
            length += hints.Length;
            Assert.True(SlowP384.Shows(publicKey, digest, signature, hints));
            many.Add($"0x{Convert.ToHexStringLower([.. digest, .. signature, .. publicKey, .. hints])}");
        }

        // For a check by the contract itself: contracts/test/crypto/P384Hints.t.sol reads the file that AIT_P384_HINTS names.
        if (Environment.GetEnvironmentVariable("AIT_P384_HINTS") is { Length: > 0 } path)
        {
            File.WriteAllText(path, new JsonObject { ["cases"] = many }.ToJsonString());
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{watch.Elapsed.TotalMilliseconds / count:F1} ms, {length / count} bytes on average");
    }

    [Fact]
    public void Shows_refusesAnyChangeOfWhatHintsSay()
    {
        Case item = Cases().First(candidate => candidate.Name == "openssl 0");
        byte[] hints = P384HintProver.Prove(item.Key, item.Digest, item.Signature);
        int operations = 52 + (2 * ((hints[50] << 8) | hints[51]));
        // One bit of the header, and one of each operation and slope.
        int[] places = [.. Enumerable.Range(0, 52), .. Enumerable.Range(26, (operations - 52) / 2).Select(k => 2 * k), .. Enumerable.Range(0, (hints.Length - operations) / 48).Select(k => operations + (48 * k) + (k % 48))];
        foreach (int place in places)
        {
            byte[] changed = [.. hints];
            // The first operation's doublings and sign count for nothing: its table does.
            changed[place] ^= place == 52 ? (byte)0x03 : (byte)0x08;
            Assert.False(SlowP384.Shows(item.Key, item.Digest, item.Signature, changed), $"byte {place}");
        }

        Assert.False(SlowP384.Shows(item.Key, item.Digest, item.Signature, hints.AsSpan(1)));
        Assert.False(SlowP384.Shows(item.Key, item.Digest, item.Signature, hints.AsSpan(..^1)));
        Assert.False(SlowP384.Shows(item.Key, item.Digest, item.Signature, [.. hints, 0]));
    }

    [Fact]
    public void Prove_givesNothingForOtherLengths()
    {
        Case item = Cases().First(candidate => candidate.IsValid);
        Assert.Empty(P384HintProver.Prove(item.Key.AsSpan(1), item.Digest, item.Signature));
        Assert.Empty(P384HintProver.Prove(item.Key, item.Digest.AsSpan(1), item.Signature));
        Assert.Empty(P384HintProver.Prove(item.Key, item.Digest, [.. item.Signature, 0]));
        Assert.Empty(P384HintProver.Prove([], [], []));
    }

    [Fact]
    public void Prove_writesTheSharedVectors()
    {
        JsonArray names = [], hints = [];
        foreach (Case item in Cases().Where(candidate => s_shared.Contains(candidate.Name)))
        {
            names.Add(item.Name);
            hints.Add("0x" + Convert.ToHexStringLower(P384HintProver.Prove(item.Key, item.Digest, item.Signature)));
        }

        Assert.Equal(s_shared.Length, names.Count);
        JsonObject document = new()
        {
            ["generator"] = "AIT_WRITE_VECTORS=1 dotnet run --project tests/Chain.Tests",
            ["names"] = names,
            ["hints"] = hints,
        };
        string text = document.ToJsonString(s_indented) + "\n";
        string path = Path.Combine(Folder(), "hints.json");
        if (Environment.GetEnvironmentVariable("AIT_WRITE_VECTORS") == "1")
        {
            File.WriteAllText(path, text);
        }

        Assert.Equal(text, File.ReadAllText(path));
    }

    private static IEnumerable<Case> Cases()
    {
        JsonNode file = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder(), "signatures.json")))!;
        for (int i = 0; i < (int)file["count"]!; i++)
        {
            yield return new Case(
                (string)file["names"]![i]!, Bytes(file["publicKeys"]![i]!), Bytes(file["digests"]![i]!), Bytes(file["signatures"]![i]!), (bool)file["valid"]![i]!);
        }

        static byte[] Bytes(JsonNode node) => Convert.FromHexString(((string)node!)[2..]);
    }

    /// <summary>The nearest folder vectors/p384 above the tests.</summary>
    private static string Folder()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "vectors", "p384");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new DirectoryNotFoundException("vectors/p384 lies above no folder of " + AppContext.BaseDirectory);
    }

    private sealed record Case(string Name, byte[] Key, byte[] Digest, byte[] Signature, bool IsValid);
}
