using System.Collections.Immutable;
using Ait.Attestation;
using Ait.Attestation.Dcap;
using Ait.Attestation.SevSnp;
using Ait.Audit.Gathering;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Blocks;
using Ait.Chain.Contracts;

namespace Ait.Audit.Evidencing;

/// <summary>Certificates, lists, collateral and pins as they were put on chain: their bytes are in the calldata of whoever brought them.</summary>
internal sealed class CertificateShelf
{
    /// <summary>NVIDIA among the numbers of root pins.</summary>
    private const byte NvidiaProduct = 4;

    /// <summary>Certificates from a leaf to its root at most.</summary>
    private const int LongestPath = 8;

    private readonly Dictionary<Hash256, (ReadOnlyMemory<byte> Der, Hash256 Parent)> _certificates = [];
    private readonly Dictionary<Hash256, ReadOnlyMemory<byte>> _lists = [];
    private readonly Dictionary<(byte Tee, string Fmspc), SignedText> _tcbInfos = [];
    private readonly Dictionary<byte, SignedText> _identities = [];
    private readonly List<(byte Product, ByteString Key)> _pins = [];
    private readonly List<ByteString> _intelPins = [];

    private readonly TrustRoots? _given;

    internal CertificateShelf()
    {
    }

    /// <summary>A shelf under root keys that are believed whatever is pinned on chain.</summary>
    internal CertificateShelf(TrustRoots given) => _given = given;

    /// <summary>Collateral in the form its verifier reads it, in place of what was put on chain.</summary>
    internal byte[]? GivenCollateral { get; set; }

    /// <summary>Identifiers of the certificates that signed the collateral held.</summary>
    internal IEnumerable<Hash256> Signers => [.. _tcbInfos.Values.Concat(_identities.Values).Select(text => text.Signer).Distinct()];

    /// <summary>The root keys that are pinned now.</summary>
    internal TrustRoots Roots => _given ?? new TrustRoots(
        _pins.Where(pin => pin.Product < NvidiaProduct).Select(pin => new TrustRoot(Product(pin.Product), pin.Key)),
        _intelPins,
        _pins.Where(pin => pin.Product == NvidiaProduct).Select(pin => pin.Key),
        []);

    /// <summary>Takes in what an event of the certificate contracts says, with the bytes from its transaction.</summary>
    internal void Take(AuditLog log, MinedTransaction transaction)
    {
        switch (log.Name)
        {
            case "RootPinned":
                Pin(log);
                break;
            case "RootUnpinned":
                ByteString gone = new(log["fingerprint"].AsBytes().Span);
                _pins.RemoveAll(pin => pin.Key == gone);
                _intelPins.Remove(gone);
                break;
            case "RootVerified":
                Keep(log["id"].AsHash256(), Hash256.Zero, FirstBytes(transaction));
                break;
            case "IntermediateVerified" or "CertificateVerified":
                Keep(log["id"].AsHash256(), log["parent"].AsHash256(), FirstBytes(transaction));
                break;
            case "VcekVerified":
                Keep(log["id"].AsHash256(), log["parent"].AsHash256(), Registration(transaction)?.Endorsement ?? FirstBytes(transaction));
                break;
            case "GpuKeyVerified":
                Keep(log["id"].AsHash256(), log["parent"].AsHash256(), Registration(transaction)?.Gpu.Key ?? FirstBytes(transaction));
                break;
            case "RevocationListVerified" when FirstBytes(transaction) is { IsEmpty: false } list:
                _lists[log["issuer"].AsHash256()] = list;
                break;
            case "TcbInfoVerified" when SignedText.Of(transaction) is { } info:
                _tcbInfos[(log["tee"].AsByte(), Convert.ToHexStringLower(log["fmspc"].AsBytes().Span))] = info;
                break;
            case "QeIdentityVerified" when SignedText.Of(transaction) is { } identity:
                _identities[log["tee"].AsByte()] = identity;
                break;
        }
    }

    /// <summary>A certificate and those above it up to the root, by identifier or, as registrations may, by its own bytes; empty if one of them is not here.</summary>
    internal ImmutableArray<ReadOnlyMemory<byte>> PathOf(ReadOnlyMemory<byte> certificate)
    {
        Hash256 id = certificate.Length == Hash256.Size ? new Hash256(certificate.Span) : IdOf(certificate) ?? Hash256.Zero;
        var path = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
        while (id != Hash256.Zero)
        {
            // A file may name a certificate its own authority.
            if (path.Count == LongestPath || !_certificates.TryGetValue(id, out (ReadOnlyMemory<byte> Der, Hash256 Parent) found))
            {
                return [];
            }

            path.Add(found.Der);
            id = found.Parent;
        }

        return path.ToImmutable();
    }

    /// <summary>A registration's quote with its certificates, which registrations leave out because the contracts hold them.</summary>
    internal ReadOnlyMemory<byte> QuoteOf(RegistrationRequest request) =>
        QuoteFields.TryCertify(request.Report, PathOf(request.Endorsement), out byte[]? certified, out _) ? certified : request.Report;

    /// <summary>The identifier under which a certificate is held; null if it is not.</summary>
    internal Hash256? IdOf(ReadOnlyMemory<byte> certificate)
    {
        foreach ((Hash256 id, (ReadOnlyMemory<byte> der, _)) in _certificates)
        {
            if (der.Span.SequenceEqual(certificate.Span))
            {
                return id;
            }
        }

        return null;
    }

    internal bool Holds(Hash256 id) => _certificates.ContainsKey(id);

    /// <summary>The identifier of the issuer; null if the certificate is not held.</summary>
    internal Hash256? ParentOf(Hash256 id) => _certificates.TryGetValue(id, out (ReadOnlyMemory<byte> Der, Hash256 Parent) found) ? found.Parent : null;

    /// <summary>The identifiers above a certificate, as far as they are held.</summary>
    internal IEnumerable<Hash256> Ancestors(Hash256 id)
    {
        var found = new List<Hash256>();
        for (Hash256? next = ParentOf(id); next is { } parent && parent != Hash256.Zero && found.Count < LongestPath; next = ParentOf(parent))
        {
            found.Add(parent);
        }

        return found;
    }

    /// <summary>Puts a path here as it is, under what a registration calls its leaf.</summary>
    internal void Put(ReadOnlyMemory<byte> leaf, ImmutableArray<ReadOnlyMemory<byte>> path)
    {
        for (int place = path.Length - 1; place >= 0; place--)
        {
            Hash256 id = place == 0 && leaf.Length == Hash256.Size ? new Hash256(leaf.Span) : Keccak256.Hash(path[place].Span);
            _certificates[id] = (path[place], place == path.Length - 1 ? Hash256.Zero : Keccak256.Hash(path[place + 1].Span));
        }
    }

    /// <summary>What Intel had published about a platform, in the form its verifier reads; null if something is not here.</summary>
    internal byte[]? Collateral(Hash256 pck, byte tee, string fmspc)
    {
        if (GivenCollateral is not null)
        {
            return GivenCollateral;
        }

        if (!_certificates.TryGetValue(pck, out (ReadOnlyMemory<byte> Der, Hash256 Parent) leaf)
            || !_certificates.TryGetValue(leaf.Parent, out (ReadOnlyMemory<byte> Der, Hash256 Parent) authority)
            || !_lists.TryGetValue(leaf.Parent, out ReadOnlyMemory<byte> pckList)
            || !_lists.TryGetValue(authority.Parent, out ReadOnlyMemory<byte> rootList)
            || !_tcbInfos.TryGetValue((tee, fmspc), out SignedText? info)
            || !_identities.TryGetValue(tee, out SignedText? identity))
        {
            return null;
        }

        return IntelCollateralJson.Write(
            PathOf(leaf.Parent.ToArray()), rootList, pckList, PathOf(info.Signer.ToArray()), info, PathOf(identity.Signer.ToArray()), identity);
    }

    private static SnpProduct Product(byte number) => number switch { 1 => SnpProduct.Milan, 2 => SnpProduct.Genoa, _ => SnpProduct.Turin };

    private static RegistrationRequest? Registration(MinedTransaction transaction) =>
        RegistrationRequest.TryDecodeCall(transaction.Input.AsSpan(), out RegistrationRequest? request, out _) ? request : null;

    /// <summary>The certificate or list of a submission: its first argument.</summary>
    private static ReadOnlyMemory<byte> FirstBytes(MinedTransaction transaction)
    {
        foreach (string contract in (ReadOnlySpan<string>)["CertificateCache", "DcapCertificates"])
        {
            foreach (AbiFunction function in Events.Abi(contract).Functions)
            {
                if (function.Name.StartsWith("submit", StringComparison.Ordinal) && function.TryDecodeCall(transaction.Input.AsSpan(), out ImmutableArray<AbiValue> arguments, out _))
                {
                    return arguments[0].AsBytes();
                }
            }
        }

        return default;
    }

    private void Pin(AuditLog log)
    {
        ByteString key = new(log["fingerprint"].AsBytes().Span);
        if (log.Event is { } pinned && pinned.Arguments.Any(argument => argument.Name == "product"))
        {
            _pins.Add((log["product"].AsByte(), key));
        }
        else
        {
            _intelPins.Add(key);
        }
    }

    private void Keep(Hash256 id, Hash256 parent, ReadOnlyMemory<byte> der)
    {
        if (!der.IsEmpty)
        {
            _certificates[id] = (der, parent);
        }
    }
}
