using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ait.Emulation.Amd;
using Ait.Emulation.Hosts;
using Ait.Emulation.Nvidia;

namespace Ait.Emulation.Commands;

/// <summary>
/// Writes what the services of all three emulated vendors would answer, as the bundle that <c>ait collateral import</c> takes. Everything is
/// signed anew: from yesterday, for thirty days.
/// </summary>
internal static class BundleCommand
{
    private const string Title = """{"bundle":"ait-collateral","version":1}""";

    internal static byte[] Run(Arguments arguments, DateTimeOffset now)
    {
        var store = new EmulationStore(arguments.Required("root"));
        IReadOnlyList<Piece> pieces = [.. Amd(store, now), .. Intel(store, EmulatedTee.Tdx, now), .. Intel(store, EmulatedTee.Sgx, now), .. Nvidia(store)];
        using var bundle = new MemoryStream();
        bundle.Write(Encoding.ASCII.GetBytes(Title + "\n"));
        foreach (Piece piece in pieces)
        {
            bundle.Write(piece.Record(now));
            bundle.WriteByte((byte)'\n');
        }

        File.WriteAllBytes(arguments.Required("out"), bundle.ToArray());
        return EmulationStore.Json(json => json.WriteNumberValue(pieces.Count));
    }

    private static IEnumerable<Piece> Amd(EmulationStore store, DateTimeOffset now)
    {
        foreach (EmulatedProduct product in Enum.GetValues<EmulatedProduct>())
        {
            using EmulatedAmdRoot? root = store.OpenRoot(product);
            if (root is not null)
            {
                byte[] chain = Encoding.ASCII.GetBytes(PemEncoding.WriteString("CERTIFICATE", root.Ask) + "\n" + PemEncoding.WriteString("CERTIFICATE", root.Ark) + "\n");
                yield return new Piece($"amd/chain/{product}", chain, []);
                yield return new Piece($"amd/crl/{product}", root.IssueRevocationList(CollateralCommand.Begin(now), CollateralCommand.End(now)), chain);
            }
        }
    }

    private static IEnumerable<Piece> Intel(EmulationStore store, EmulatedTee tee, DateTimeOffset now)
    {
        using JsonDocument collateral = JsonDocument.Parse(CollateralCommand.OfIntel(store, tee, now));
        JsonElement root = collateral.RootElement;
        string Text(string name) => root.GetProperty(name).GetString()!; // written by us
        byte[] Pem(string name) => Encoding.ASCII.GetBytes(Text(name));
        byte[] Signed(string name, string member) => Encoding.UTF8.GetBytes($"{{\"{member}\":{Text(name)},\"signature\":\"{Text(name + "_signature")}\"}}");
        bool tdx = tee == EmulatedTee.Tdx;
        string kind = tdx ? "tdx" : "sgx";
        yield return new Piece($"intel/tcb/{kind}/{Ait.Emulation.Intel.EmulatedCollateral.DefaultFmspc.ToLowerInvariant()}", Signed("tcb_info", "tcbInfo"), Pem("tcb_info_issuer_chain"));
        yield return new Piece($"intel/qe/{kind}", Signed("qe_identity", "enclaveIdentity"), Pem("qe_identity_issuer_chain"));
        yield return new Piece(tdx ? "intel/pckcrl/platform" : "intel/pckcrl/processor", Convert.FromHexString(Text("pck_crl")), Pem("pck_crl_issuer_chain"));
        if (tdx)
        {
            yield return new Piece("intel/rootcrl", Convert.FromHexString(Text("root_ca_crl")), Pem("qe_identity_issuer_chain"));
        }
    }

    private static IEnumerable<Piece> Nvidia(EmulationStore store)
    {
        using EmulatedNvidiaVendor vendor = store.OpenOrCreateNvidia();
        yield return new Piece(
            $"nvidia/rim/NV_GPU_DRIVER_GH100_{EmulatedGpuReport.DriverVersion}/{EmulatedGpuReport.DriverVersion}", vendor.Reference(EmulatedReference.Driver), []);
        yield return new Piece($"nvidia/rim/{EmulatedGpuReport.VbiosManifest}/{EmulatedGpuReport.VbiosVersion}", vendor.Reference(EmulatedReference.Vbios), []);
    }

    /// <summary>One answer under the name the coordinator keeps it by.</summary>
    private sealed record Piece(string Key, byte[] Body, byte[] Companion)
    {
        internal byte[] Record(DateTimeOffset now)
        {
            byte[] head = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Key}\n{now.ToUnixTimeSeconds()}\n{Body.Length}\n"));
            return EmulationStore.Json(json =>
            {
                json.WriteStartObject();
                json.WriteString("key", Key);
                json.WriteString("fetchedAt", now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
                json.WriteString("sha256", Convert.ToHexStringLower(SHA256.HashData([.. head, .. Body, .. Companion])));
                json.WriteBase64String("body", Body);
                json.WriteBase64String("companion", Companion);
                json.WriteEndObject();
            });
        }
    }
}
