using Ait.Emulation.Amd;
using Ait.Emulation.Hosts;
using Ait.Emulation.Intel;
using Ait.Emulation.Nvidia;

namespace Ait.Emulation.Commands;

/// <summary>Creates or prints the development root of a vendor.</summary>
internal static class RootCommand
{
    internal static readonly string[] Options = ["root", "vendor", "product"];

    internal static byte[] Run(Arguments arguments, bool create)
    {
        var store = new EmulationStore(arguments.Required("root"));
        EmulatedVendorName vendor = arguments.Choice("vendor", EmulatedVendorName.Amd);
        if (vendor != EmulatedVendorName.Amd)
        {
            arguments.Refuse(["product"], "AMD");
        }

        return vendor switch
        {
            EmulatedVendorName.Amd => Amd(store, arguments.Choice("product", EmulatedProduct.Genoa), create),
            EmulatedVendorName.Intel => Intel(store, create),
            _ => Nvidia(store, create),
        };
    }

    private static byte[] Amd(EmulationStore store, EmulatedProduct product, bool create)
    {
        using EmulatedAmdRoot root = (create ? store.OpenOrCreateRoot(product) : store.OpenRoot(product))
            ?? throw new EmulationException($"There is no {product} root yet; create it with: init --root DIR --product {product}.");
        return EmulationStore.Json(json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("emulated", true);
            json.WriteString("product", product.ToString());
            json.WriteString("arkSpkiSha384", HostJson.Hex(root.ArkFingerprint));
            json.WriteString("arkModulus", HostJson.Hex(root.ArkModulus));
            json.WriteString("arkDer", HostJson.Hex(root.Ark));
            json.WriteString("askDer", HostJson.Hex(root.Ask));
            json.WriteEndObject();
        });
    }

    private static byte[] Intel(EmulationStore store, bool create)
    {
        using EmulatedIntelVendor vendor = (create ? store.OpenOrCreateIntel() : store.OpenIntel())
            ?? throw new EmulationException("There is no Intel root yet; create it with: init --root DIR --vendor intel.");
        return EmulationStore.Json(json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("emulated", true);
            json.WriteString("rootSpkiSha384", HostJson.Hex(vendor.RootFingerprint));
            json.WriteString("rootDer", HostJson.Hex(vendor.Root));
            json.WriteString("platformCaDer", HostJson.Hex(vendor.Authority(processor: false)));
            json.WriteString("processorCaDer", HostJson.Hex(vendor.Authority(processor: true)));
            json.WriteString("tcbSigningDer", HostJson.Hex(vendor.Signing));
            json.WriteEndObject();
        });
    }

    private static byte[] Nvidia(EmulationStore store, bool create)
    {
        using EmulatedNvidiaVendor vendor = (create ? store.OpenOrCreateNvidia() : store.OpenNvidia())
            ?? throw new EmulationException("There is no NVIDIA root yet; create it with: init --root DIR --vendor nvidia.");
        (byte[] identity, byte[] provisioner) = vendor.Authorities("GH100");
        return EmulationStore.Json(json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("emulated", true);
            json.WriteString("deviceRootSpkiSha384", HostJson.Hex(vendor.DeviceRootFingerprint));
            json.WriteString("referenceRootSpkiSha384", HostJson.Hex(vendor.ReferenceRootFingerprint));
            json.WriteString("deviceRootDer", HostJson.Hex(vendor.DeviceRoot));
            json.WriteString("identityCaDer", HostJson.Hex(identity));
            json.WriteString("provisionerCaDer", HostJson.Hex(provisioner));
            json.WriteString("referenceRootDer", HostJson.Hex(vendor.ReferenceRoot));
            json.WriteString("driverReference", HostJson.Hex(vendor.Reference(EmulatedReference.Driver)));
            json.WriteString("vbiosReference", HostJson.Hex(vendor.Reference(EmulatedReference.Vbios)));
            json.WriteEndObject();
        });
    }
}
