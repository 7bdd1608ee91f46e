using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ait.Chain.Proving;

namespace Ait.Chain.Tests.Proving;

/// <summary>The provers against the slow reader of hints, and the hints that Solidity reads too: hints.json beside the signatures.</summary>
public sealed class HintProverTests
{
    private delegate byte[] Prover(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature);

    /// <summary>The signatures whose hints are shared: one of each kind of edge.</summary>
    private static readonly string[] s_shared =
    [
        "openssl 0", "openssl 1 with s negated", "private key 1 nonce 2", "private key 15 nonce 16", "digest 0", "s is 1",
        "x of the nonce's point is r + n, 1", "stored x 0x0, 1", "random 0", "random 1", "random 2", "random 3",
    ];

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, NewLine = "\n" };

    [Theory]
    [InlineData("p256")]
    [InlineData("p384")]
    public void Prove_givesHintsThatShowEveryVerifyingSignature(string curve)
    {
        (Prover prove, SlowHints slow) = Of(curve);
        int shown = 0;
        foreach (SignatureCase item in SignatureCase.ReadAll(curve))
        {
            byte[] hints = prove(item.Key, item.Digest, item.Signature);
            Assert.Equal(item.IsValid, slow.Verifies(item.Key, item.Digest, item.Signature));
            Assert.True(item.IsValid || hints.Length == 0, item.Name);
            if (hints.Length > 0)
            {
                Assert.True(slow.Shows(item.Key, item.Digest, item.Signature, hints), item.Name);
                shown++;
            }
            else if (item.IsValid)
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"no hints: {item.Name}");
            }
        }

        Assert.InRange(shown, 100, int.MaxValue);
    }

    [Theory]
    [InlineData("p256")]
    [InlineData("p384")]
    public void Prove_givesHintsForWhatThePlatformSigned(string curve)
    {
        (Prover prove, SlowHints slow) = Of(curve);
        Stopwatch watch = new();
        JsonArray many = [];
        int length = 0;
        int count = int.TryParse(Environment.GetEnvironmentVariable("AIT_HINTS_COUNT"), out int asked) ? asked : 10;
        for (int i = 0; i < count; i++)
        {
            using ECDsa key = ECDsa.Create(curve == "p256" ? ECCurve.NamedCurves.nistP256 : ECCurve.NamedCurves.nistP384);
            ECPoint q = key.ExportParameters(false).Q;
            byte[] publicKey = [.. q.X!, .. q.Y!];
            byte[] digest = curve == "p256" ? SHA256.HashData([(byte)i]) : SHA384.HashData([(byte)i]);
            byte[] signature = key.SignHash(digest);
            watch.Start();
            byte[] hints = prove(publicKey, digest, signature);
            watch.Stop();
            length += hints.Length;
            Assert.True(slow.Shows(publicKey, digest, signature, hints));
            many.Add($"0x{Convert.ToHexStringLower([.. digest, .. signature, .. publicKey, .. hints])}");
        }

        // For a check by the contract itself: contracts/test/crypto/P384Hints.t.sol reads the file that AIT_P384_HINTS names, and P256 likewise.
        if (Environment.GetEnvironmentVariable($"AIT_{curve.ToUpperInvariant()}_HINTS") is { Length: > 0 } path)
        {
            File.WriteAllText(path, new JsonObject { ["cases"] = many }.ToJsonString());
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{watch.Elapsed.TotalMilliseconds / count:F1} ms, {length / count} bytes on average");
    }

    [Theory]
    [InlineData("p256")]
    [InlineData("p384")]
    public void Shows_refusesAnyChangeOfWhatHintsSay(string curve)
    {
        (Prover prove, SlowHints slow) = Of(curve);
        SignatureCase item = SignatureCase.ReadAll(curve).First(candidate => candidate.Name == "openssl 0");
        byte[] hints = prove(item.Key, item.Digest, item.Signature);
        int header = slow.Size + 4, operations = header + (2 * ((hints[header - 2] << 8) | hints[header - 1]));
        // One bit of the header, and one of each operation and slope.
        int[] places = 
        [
            .. Enumerable.Range(0, header),
            .. Enumerable.Range(0, (operations - header) / 2).Select(k => header + (2 * k)),
            .. Enumerable.Range(0, (hints.Length - operations) / slow.Size).Select(k => operations + (slow.Size * k) + (k % slow.Size)),
        ];
        foreach (int place in places)
        {
            byte[] changed = [.. hints];
            // On P-384 the first operation's doublings and sign count for nothing: its table does.
            changed[place] ^= place == header ? (byte)0x03 : (byte)0x08;
            Assert.False(slow.Shows(item.Key, item.Digest, item.Signature, changed), $"byte {place}");
        }

        Assert.False(slow.Shows(item.Key, item.Digest, item.Signature, hints.AsSpan(1)));
        Assert.False(slow.Shows(item.Key, item.Digest, item.Signature, hints.AsSpan(..^1)));
        Assert.False(slow.Shows(item.Key, item.Digest, item.Signature, [.. hints, 0]));
    }

    [Theory]
    [InlineData("p256")]
    [InlineData("p384")]
    public void Prove_givesNothingForOtherLengths(string curve)
    {
        (Prover prove, SlowHints slow) = Of(curve);
        SignatureCase item = SignatureCase.ReadAll(curve).First(candidate => candidate.IsValid);
        Assert.Empty(prove(item.Key.AsSpan(1), item.Digest, item.Signature));
        Assert.Empty(prove(item.Key, item.Digest.AsSpan(1), item.Signature));
        Assert.Empty(prove(item.Key, item.Digest, [.. item.Signature, 0]));
        Assert.Empty(prove([], [], []));
    }

    [Theory]
    [InlineData("p256")]
    [InlineData("p384")]
    public void Prove_writesTheSharedVectors(string curve)
    {
        (Prover prove, SlowHints slow) = Of(curve);
        JsonArray names = [], hints = [];
        foreach (SignatureCase item in SignatureCase.ReadAll(curve).Where(candidate => s_shared.Contains(candidate.Name)))
        {
            names.Add(item.Name);
            hints.Add("0x" + Convert.ToHexStringLower(prove(item.Key, item.Digest, item.Signature)));
        }

        Assert.Equal(s_shared.Length, names.Count);
        JsonObject document = new()
        {
            ["generator"] = "AIT_WRITE_VECTORS=1 dotnet run --project tests/Chain.Tests",
            ["names"] = names,
            ["hints"] = hints,
        };
        string text = document.ToJsonString(s_indented) + "\n";
        string path = Path.Combine(SignatureCase.Folder(curve), "hints.json");
        if (Environment.GetEnvironmentVariable("AIT_WRITE_VECTORS") == "1")
        {
            File.WriteAllText(path, text);
        }

        Assert.Equal(text, File.ReadAllText(path));
    }

    private static (Prover Prove, SlowHints Slow) Of(string curve) =>
        curve == "p256" ? (P256HintProver.Prove, SlowHints.P256) : (P384HintProver.Prove, SlowHints.P384);
}
