using System.Globalization;
using System.Text;
using System.Text.Json;
using Ait.Emulation.Hosts;

namespace Ait.Emulation.Intel;

/// <summary>TCB info (version 3) and QE identity (version 2) as the text that gets signed.</summary>
internal static class CollateralText
{
    internal static string TcbInfo(EmulatedCollateral collateral)
    {
        bool tdx = collateral.TcbId == "TDX";
        string zeros48 = new('0', 96);
        return Text(json =>
        {
            json.WriteStartObject();
            json.WriteString("id", collateral.TcbId);
            json.WriteNumber("version", 3);
            json.WriteString("issueDate", Time(collateral.IssueDate));
            json.WriteString("nextUpdate", Time(collateral.NextUpdate));
            json.WriteString("fmspc", collateral.Fmspc);
            json.WriteString("pceId", collateral.PceId);
            json.WriteNumber("tcbType", 0);
            json.WriteNumber("tcbEvaluationDataNumber", collateral.EvaluationNumber);
            if (tdx)
            {
                json.WriteStartObject("tdxModule");
                Module(json, zeros48);
                json.WriteEndObject();
                json.WriteStartArray("tdxModuleIdentities");
                json.WriteStartObject();
                json.WriteString("id", "TDX_01");
                Module(json, zeros48);
                SvnLevels(json, collateral.ModuleIsvSvn, collateral.ModuleStatus);
                json.WriteEndObject();
                json.WriteEndArray();
            }

            json.WriteStartArray("tcbLevels");
            json.WriteStartObject();
            json.WriteStartObject("tcb");
            Components(json, "sgxtcbcomponents", [.. Enumerable.Repeat(collateral.SgxSvn, 16)]);
            json.WriteNumber("pcesvn", collateral.PceSvn);
            if (tdx)
            {
                Components(json, "tdxtcbcomponents", collateral.TdxSvn);
            }

            json.WriteEndObject();
            json.WriteString("tcbDate", "2024-03-13T00:00:00Z");
            json.WriteString("tcbStatus", collateral.PlatformStatus);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void Module(Utf8JsonWriter json, string signer)
    {
        json.WriteString("mrsigner", signer);
        json.WriteString("attributes", "0000000000000000");
        json.WriteString("attributesMask", "FFFFFFFFFFFFFFFF");
    }

    private static void Components(Utf8JsonWriter json, string name, int[] levels)
    {
        json.WriteStartArray(name);
        foreach (int level in levels)
        {
            json.WriteStartObject();
            json.WriteNumber("svn", level);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    internal static string QeIdentity(EmulatedCollateral collateral) => Text(json =>
    {
        json.WriteStartObject();
        json.WriteString("id", collateral.QeId);
        json.WriteNumber("version", 2);
        json.WriteString("issueDate", Time(collateral.IssueDate));
        json.WriteString("nextUpdate", Time(collateral.NextUpdate));
        json.WriteNumber("tcbEvaluationDataNumber", collateral.EvaluationNumber);
        json.WriteString("miscselect", "00000000");
        json.WriteString("miscselectMask", "FFFFFFFF");
        json.WriteString("attributes", "11000000000000000000000000000000");
        json.WriteString("attributesMask", "FBFFFFFFFFFFFFFF0000000000000000");
        json.WriteString("mrsigner", string.Concat(Enumerable.Repeat("DC", 32)));
        json.WriteNumber("isvprodid", collateral.QeId == "TD_QE" ? 2 : 1);
        SvnLevels(json, collateral.QeIsvSvn, collateral.QeStatus);
        json.WriteEndObject();
    });

    private static void SvnLevels(Utf8JsonWriter json, int svn, string status)
    {
        json.WriteStartArray("tcbLevels");
        json.WriteStartObject();
        json.WriteStartObject("tcb");
        json.WriteNumber("isvsvn", svn);
        json.WriteEndObject();
        json.WriteString("tcbDate", "2024-03-13T00:00:00Z");
        json.WriteString("tcbStatus", status);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static string Text(Action<Utf8JsonWriter> write) => Encoding.UTF8.GetString(EmulationStore.Json(write));

    private static string Time(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
