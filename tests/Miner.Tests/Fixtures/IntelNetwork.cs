using System.Text;
using System.Text.Json;
using Ait.Chain;
using Ait.Chain.Abi;
using Ait.Chain.Contracts;
using Ait.Chain.Rpc;
using Ait.Chain.Transactions;

namespace Ait.Miner.Tests.Fixtures;

/// <summary>The verifiers of quotes on a dev chain, with what the emulated Intel publishes about one host already taken in.</summary>
internal sealed class IntelNetwork
{
    private IntelNetwork(Address verifier, string command)
    {
        Verifier = verifier;
        Command = command;
    }

    public Address Verifier { get; }

    /// <summary>The command that collects the host's evidence.</summary>
    public string Command { get; }

    /// <summary>Creates a host, deploys, and publishes everything but the host's own certificate.</summary>
    /// <param name="client">The chain.</param>
    /// <param name="sender">Who pays and governs.</param>
    /// <param name="governor">The sender's account.</param>
    /// <param name="hardware">Folder of the emulated hardware.</param>
    /// <param name="tee">tdx or sgx.</param>
    public static async Task<IntelNetwork> DeployAsync(EthereumClient client, TransactionSender sender, Address governor, string hardware, string tee)
    {
        string[] root = ["--root", hardware], host = [.. root, "--host", tee];
        using JsonDocument vendor = JsonDocument.Parse(await Programs.RunAsync(Programs.Emulation, ["init", .. root, "--vendor", "intel"]));
        await Programs.RunAsync(Programs.Emulation, ["host", .. host, "--tee", tee, "--gpu", "A100"]);
        using JsonDocument published = JsonDocument.Parse(await Programs.RunAsync(Programs.Emulation, ["collateral", .. host]));
        byte[] Fact(string name) => Hex.Decode(vendor.RootElement.GetProperty(name).GetString()!);
        JsonElement file = published.RootElement.GetProperty("collateral");
        string Text(string name) => file.GetProperty(name).GetString()!;

        Address sha384 = await CreateAsync(sender, "Sha384");
        Address p256 = await CreateAsync(sender, "P256Verifier");
        Address certificates = await CreateAsync(sender, "DcapCertificates", governor, p256, sha384, AbiValue.List(AbiValue.Bytes(Fact("rootSpkiSha384"))));
        Address collateral = await CreateAsync(sender, "DcapCollateral", governor, certificates, p256, 0u);
        Address verifier = await CreateAsync(sender, "DcapVerifier", governor, certificates, collateral, p256);

        var store = new DcapCertificatesContract(certificates, client);
        var levels = new DcapCollateralContract(collateral, client);
        byte[] authority = Fact(tee == "tdx" ? "platformCaDer" : "processorCaDer");
        byte[] signer = Fact("tcbSigningDer");
        Hash256 rootId = await AddAsync(store, sender, Fact("rootDer"), Hash256.Zero, store.SubmitRoot(Fact("rootDer")));
        await SendAsync(sender, store.SubmitRevocationList(Convert.FromHexString(Text("root_ca_crl")), rootId));
        Hash256 authorityId = await AddAsync(store, sender, authority, rootId, store.SubmitAuthority(authority, rootId));
        await SendAsync(sender, store.SubmitRevocationList(Convert.FromHexString(Text("pck_crl")), authorityId));
        Hash256 signerId = await AddAsync(store, sender, signer, rootId, store.SubmitAuthority(signer, rootId));
        await SendAsync(sender, levels.SubmitTcbInfo(Encoding.UTF8.GetBytes(Text("tcb_info")), Convert.FromHexString(Text("tcb_info_signature")), signerId));
        await SendAsync(sender, levels.SubmitQeIdentity(Encoding.UTF8.GetBytes(Text("qe_identity")), Convert.FromHexString(Text("qe_identity_signature")), signerId));
        string measurement = Hex.Encode([.. Enumerable.Repeat((byte)0xaa, tee == "tdx" ? 48 : 32)]);
        return new IntelNetwork(verifier, $"'{Programs.Emulation}' evidence --root '{hardware}' --host {tee} --measurement {measurement}");
    }

    /// <summary>A registry that trusts quotes alone, and admits one program on measured hosts and enclaves of every class.</summary>
    public async Task<Address> DeployRegistryAsync(TransactionSender sender, Address governor, Hash256 program) => await CreateAsync(
        sender, "DeviceRegistry", Address.Zero, Verifier, Address.Zero, governor, AbiValue.List((AbiValue)program), AbiValue.List(12u, 12u, 12u, 12u), Address.Zero, Address.Zero);

    private static async Task<Hash256> AddAsync(DcapCertificatesContract store, TransactionSender sender, byte[] certificate, Hash256 parent, TransactionRequest submission)
    {
        await SendAsync(sender, submission);
        return await store.GetIdOfAsync(certificate, parent, BlockTag.Latest, CancellationToken.None);
    }

    private static async Task SendAsync(TransactionSender sender, TransactionRequest transaction) =>
        Assert.IsType<SendResult.Mined>(await sender.SendAsync(transaction, CancellationToken.None));

    private static async Task<Address> CreateAsync(TransactionSender sender, string name, params AbiValue[] arguments) =>
        Assert.IsType<SendResult.Mined>(await sender.SendAsync(ContractArtifact.Load(name).Deployment(arguments), CancellationToken.None)).Receipt.ContractAddress
        ?? throw new InvalidOperationException($"{name} has no address.");
}
