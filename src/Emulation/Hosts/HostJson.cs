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
        json.WriteString("product", host.Product.ToString());
        json.WriteString("chipId", Hex(host.ChipId));
        json.WriteStartObject("tcb");
        json.WriteNumber("fmc", host.Tcb.Fmc);
        json.WriteNumber("bl", host.Tcb.BootLoader);
        json.WriteNumber("tee", host.Tcb.Tee);
        json.WriteNumber("snp", host.Tcb.Snp);
        json.WriteNumber("ucode", host.Tcb.Microcode);
        json.WriteEndObject();
        json.WriteString("vcek", Hex(host.Vcek));
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
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    internal static EmulatedHost Read(byte[] text)
    {
        using var document = JsonDocument.Parse(text);
        JsonElement root = document.RootElement;
        JsonElement tcb = root.GetProperty("tcb");
        byte Level(string name) => tcb.GetProperty(name).GetByte();
        List<EmulatedGpu> gpus = [];
        foreach (JsonElement gpu in root.GetProperty("gpus").EnumerateArray())
        {
            gpus.Add(new EmulatedGpu(Text(gpu, "uuid"), Text(gpu, "class")));
        }

        return new EmulatedHost(
            Text(root, "host"),
            Enum.Parse<EmulatedProduct>(Text(root, "product")),
            Convert.FromHexString(Text(root, "chipId").AsSpan(2)),
            new EmulatedTcb(Level("bl"), Level("tee"), Level("snp"), Level("ucode"), Level("fmc")),
            Convert.FromHexString(Text(root, "vcek").AsSpan(2)),
            gpus);
    }

    internal static string Hex(byte[] bytes) => "0x" + Convert.ToHexStringLower(bytes);

    private static string Text(JsonElement element, string name) =>
        element.GetProperty(name).GetString() ?? throw new JsonException($"{name} is null");
}
