using System.Text.Json;
using Ait.Emulation.Amd;

namespace Ait.Emulation.Hosts;

/// <summary>The JSON that describes a host, on disk and on standard output.</summary>
internal static class HostJson
{
    internal static void Write(Utf8JsonWriter json, EmulatedHost host)
    {
        json.WriteStartObject();
        json.WriteBoolean("emulated", true);
        json.WriteString("host", host.Name);
        json.WriteString("tee", TeeName(host.Tee));
        json.WriteString("chipId", Hex(host.ChipId));
        if (host.Amd is { } amd)
        {
            json.WriteString("product", amd.Product.ToString());
            json.WriteStartObject("tcb");
            json.WriteNumber("fmc", amd.Tcb.Fmc);
            json.WriteNumber("bl", amd.Tcb.BootLoader);
            json.WriteNumber("tee", amd.Tcb.Tee);
            json.WriteNumber("snp", amd.Tcb.Snp);
            json.WriteNumber("ucode", amd.Tcb.Microcode);
            json.WriteEndObject();
            json.WriteString("vcek", Hex(amd.Vcek));
        }

        json.WritePropertyName("gpus");
        WriteGpus(json, host.Gpus);
        json.WriteEndObject();
    }

    internal static void WriteGpus(Utf8JsonWriter json, IReadOnlyList<EmulatedGpu> gpus)
    {
        json.WriteStartArray();
        foreach (EmulatedGpu gpu in gpus)
        {
            json.WriteStartObject();
            json.WriteString("uuid", gpu.Uuid);
            json.WriteString("class", gpu.Class);
            if (gpu.DeviceKey is { } key)
            {
                json.WriteString("deviceKey", Hex(key));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    internal static EmulatedHost Read(byte[] text)
    {
        using var document = JsonDocument.Parse(text);
        JsonElement root = document.RootElement;
        List<EmulatedGpu> gpus = [];
        foreach (JsonElement gpu in root.GetProperty("gpus").EnumerateArray())
        {
            gpus.Add(new EmulatedGpu(Text(gpu, "uuid"), Text(gpu, "class"), gpu.TryGetProperty("deviceKey", out _) ? Bytes(gpu, "deviceKey") : null));
        }

        // A host that does not say it has an AMD chip.
        EmulatedTee tee = root.TryGetProperty("tee", out _) ? Enum.Parse<EmulatedTee>(Text(root, "tee"), ignoreCase: true) : EmulatedTee.Snp;
        return new EmulatedHost(Text(root, "host"), tee, Bytes(root, "chipId"), tee == EmulatedTee.Snp ? ReadAmd(root) : null, gpus);
    }

    internal static string Hex(byte[] bytes) => "0x" + Convert.ToHexStringLower(bytes);

    /// <summary>snp, tdx or sgx.</summary>
    internal static string TeeName(EmulatedTee tee) => tee switch { EmulatedTee.Snp => "snp", EmulatedTee.Tdx => "tdx", _ => "sgx" };

    private static AmdMachine ReadAmd(JsonElement root)
    {
        JsonElement tcb = root.GetProperty("tcb");
        byte Level(string name) => tcb.GetProperty(name).GetByte();
        return new AmdMachine(
            Enum.Parse<EmulatedProduct>(Text(root, "product")),
            new EmulatedTcb(Level("bl"), Level("tee"), Level("snp"), Level("ucode"), Level("fmc")),
            Bytes(root, "vcek"));
    }

    private static byte[] Bytes(JsonElement element, string name) => Convert.FromHexString(Text(element, name).AsSpan(2));

    private static string Text(JsonElement element, string name) =>
        element.GetProperty(name).GetString() ?? throw new JsonException($"{name} is null");
}
