using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Ait.Chain.Signing;

/// <summary>libsecp256k1 with its recovery module: the one that comes with the program, or the system's; its absence is an answer, not a fault.</summary>
internal sealed partial class NativeSecp256k1 : ISecp256k1
{
    private const string Library = "secp256k1";

    // SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY; newer versions ignore the difference.
    private const uint SignAndVerify = 0x0301;
    private const uint Uncompressed = 0x0002;

    private static readonly string[] s_fileNames =
    [
        Library,
        "libsecp256k1.so.6", "libsecp256k1.so.5", "libsecp256k1.so.4", "libsecp256k1.so.3",
        "libsecp256k1.so.2", "libsecp256k1.so.1", "libsecp256k1.so.0",
    ];

    private static readonly nint s_library = Find();

    private readonly ContextHandle _context;

    static NativeSecp256k1() => NativeLibrary.SetDllImportResolver(typeof(NativeSecp256k1).Assembly, Resolve);

    private NativeSecp256k1(ContextHandle context) => _context = context;

    public string Name => "libsecp256k1";

    /// <summary>Loads the library and signs one known answer with it; null if either is not possible.</summary>
    public static NativeSecp256k1? TryCreate()
    {
        if (s_library == 0)
        {
            return null;
        }

        ContextHandle context = ContextCreate(SignAndVerify);
        if (context.IsInvalid)
        {
            return null;
        }

        Span<byte> seed = stackalloc byte[32];
        RandomNumberGenerator.Fill(seed);
        bool randomized = ContextRandomize(context, seed) == 1;
        CryptographicOperations.ZeroMemory(seed);
        var backend = new NativeSecp256k1(context);
        return randomized && GivesKnownAnswer(backend) ? backend : null;
    }

    public bool TryGetPublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey64)
    {
        Span<byte> point = stackalloc byte[64];
        return PublicKeyCreate(_context, point, privateKey) == 1 && Serialize(point, publicKey64);
    }

    public bool TrySign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> digest, Span<byte> rs64, out byte yParity)
    {
        Span<byte> recoverable = stackalloc byte[65];
        Span<byte> message = stackalloc byte[32];
        ReduceModuloOrder(digest, message);
        yParity = 0;
        if (SignRecoverable(_context, recoverable, message, privateKey, 0, 0) != 1)
        {
            return false;
        }

        _ = RecoverableSerializeCompact(_context, rs64, out int recoveryId, recoverable);

        // Bit 1 would say that r overflowed the order: probability 2^-127, and Ethereum has no encoding for it.
        yParity = (byte)(recoveryId & 1);
        return recoveryId <= 1;
    }

    public bool TryRecover(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> rs64, byte yParity, Span<byte> publicKey64)
    {
        Span<byte> recoverable = stackalloc byte[65];
        Span<byte> point = stackalloc byte[64];
        return RecoverableParseCompact(_context, recoverable, rs64, yParity) == 1
            && Recover(_context, point, recoverable, digest) == 1
            && Serialize(point, publicKey64);
    }

    /// <summary>RFC 6979 §3.2d feeds bits2octets(digest), which is reduced modulo the order; older library versions feed it raw.</summary>
    private static void ReduceModuloOrder(ReadOnlySpan<byte> digest, Span<byte> reduced)
    {
        digest.CopyTo(reduced);
        Span<byte> order = stackalloc byte[32];
        Secp256k1.Order.CopyTo(order);
        if (digest.SequenceCompareTo(order) < 0)
        {
            return;
        }

        int borrow = 0;
        for (int i = 31; i >= 0; i--)
        {
            int difference = digest[i] - order[i] - borrow;
            borrow = difference < 0 ? 1 : 0;
            reduced[i] = (byte)difference;
        }
    }

    private static bool GivesKnownAnswer(NativeSecp256k1 backend)
    {
        Span<byte> key = stackalloc byte[32];
        Span<byte> rs = stackalloc byte[64];
        Span<byte> expectedKey = stackalloc byte[64];
        Span<byte> recoveredKey = stackalloc byte[64];
        key.Clear();
        key[31] = 1;
        ReadOnlySpan<byte> digest = SHA256.HashData("Satoshi Nakamoto"u8);
        return backend.TrySign(key, digest, rs, out byte parity)
            && Convert.ToHexStringLower(rs) == "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8"
                + "2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5"
            && backend.TryGetPublicKey(key, expectedKey)
            && backend.TryRecover(digest, rs, parity, recoveredKey)
            && recoveredKey.SequenceEqual(expectedKey);
    }

    private static nint Find()
    {
        foreach (string fileName in s_fileNames)
        {
            if (NativeLibrary.TryLoad(fileName, typeof(NativeSecp256k1).Assembly, DllImportSearchPath.SafeDirectories, out nint library))
            {
                if (NativeLibrary.TryGetExport(library, "secp256k1_ecdsa_recover", out _))
                {
                    return library;
                }

                NativeLibrary.Free(library);
            }
        }

        return 0;
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name == Library ? s_library : 0;

    private bool Serialize(ReadOnlySpan<byte> point, Span<byte> publicKey64)
    {
        Span<byte> bytes = stackalloc byte[65];
        nuint length = 65;
        if (PublicKeySerialize(_context, bytes, ref length, point, Uncompressed) != 1)
        {
            return false;
        }

        bytes[1..].CopyTo(publicKey64);
        return true;
    }

    [LibraryImport(Library, EntryPoint = "secp256k1_context_create")]
    private static partial ContextHandle ContextCreate(uint flags);

    [LibraryImport(Library, EntryPoint = "secp256k1_context_destroy")]
    private static partial void ContextDestroy(nint context);

    [LibraryImport(Library, EntryPoint = "secp256k1_context_randomize")]
    private static partial int ContextRandomize(ContextHandle context, ReadOnlySpan<byte> seed32);

    [LibraryImport(Library, EntryPoint = "secp256k1_ec_pubkey_create")]
    private static partial int PublicKeyCreate(ContextHandle context, Span<byte> point, ReadOnlySpan<byte> privateKey);

    [LibraryImport(Library, EntryPoint = "secp256k1_ec_pubkey_serialize")]
    private static partial int PublicKeySerialize(ContextHandle context, Span<byte> output, ref nuint length, ReadOnlySpan<byte> point, uint flags);

    [LibraryImport(Library, EntryPoint = "secp256k1_ecdsa_sign_recoverable")]
    private static partial int SignRecoverable(
        ContextHandle context, Span<byte> signature, ReadOnlySpan<byte> message, ReadOnlySpan<byte> privateKey, nint nonceFunction, nint nonceData);

    [LibraryImport(Library, EntryPoint = "secp256k1_ecdsa_recoverable_signature_serialize_compact")]
    private static partial int RecoverableSerializeCompact(ContextHandle context, Span<byte> output64, out int recoveryId, ReadOnlySpan<byte> signature);

    [LibraryImport(Library, EntryPoint = "secp256k1_ecdsa_recoverable_signature_parse_compact")]
    private static partial int RecoverableParseCompact(ContextHandle context, Span<byte> signature, ReadOnlySpan<byte> input64, int recoveryId);

    [LibraryImport(Library, EntryPoint = "secp256k1_ecdsa_recover")]
    private static partial int Recover(ContextHandle context, Span<byte> point, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> message);

    /// <summary>A library context; read-only after its creation, so every thread may use it.</summary>
    private sealed class ContextHandle : SafeHandle
    {
        public ContextHandle()
            : base(0, ownsHandle: true)
        {
        }

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            ContextDestroy(handle);
            return true;
        }
    }
}
