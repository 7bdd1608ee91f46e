using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Ait.Attestation.Manifest;

namespace Ait.Attestation.Dcap;

/// <summary>Reads TCB info (versions 2 and 3) and QE identity (version 2) from Intel's JSON.</summary>
internal static class CollateralJson
{
    private const int MaxRows = 256;

    // What Intel's library knows in each place; in the others it answers that the level is not supported.
    private static readonly DcapTcbStatus[] s_platform =
    [
        DcapTcbStatus.UpToDate, DcapTcbStatus.OutOfDate, DcapTcbStatus.ConfigurationNeeded, DcapTcbStatus.Revoked,
        DcapTcbStatus.OutOfDateConfigurationNeeded, DcapTcbStatus.SWHardeningNeeded, DcapTcbStatus.ConfigurationAndSWHardeningNeeded,
    ];

    private static readonly DcapTcbStatus[] s_enclave =
    [
        DcapTcbStatus.UpToDate, DcapTcbStatus.OutOfDate, DcapTcbStatus.ConfigurationNeeded, DcapTcbStatus.Revoked, DcapTcbStatus.OutOfDateConfigurationNeeded,
    ];

    private static readonly DcapTcbStatus[] s_module = [DcapTcbStatus.UpToDate, DcapTcbStatus.OutOfDate, DcapTcbStatus.Revoked];

    internal static bool TryReadTcbInfo(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out TcbInfo? info, [NotNullWhen(false)] out RefusalReason? refusal) =>
        TryRead("tcb_info", json, ReadTcbInfo, out info, out refusal);

    internal static bool TryReadQeIdentity(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out QeIdentity? identity, [NotNullWhen(false)] out RefusalReason? refusal) =>
        TryRead("qe_identity", json, ReadQeIdentity, out identity, out refusal);

    private static bool TryRead<T>(
        string name, ReadOnlyMemory<byte> json, Func<JsonElement, T> read, [NotNullWhen(true)] out T? value, [NotNullWhen(false)] out RefusalReason? refusal)
        where T : class
    {
        value = null;
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 16 });
            refusal = JsonShape.FindDuplicate(document.RootElement) is { } twice
                ? new RefusalReason(Refusal.CollateralMalformed, name, "names once each", twice.What)
                : null;
            value = refusal is null ? read(document.RootElement) : null;
        }
        catch (Exception problem) when (problem is JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            refusal = new RefusalReason(Refusal.CollateralMalformed, name, "Intel's JSON", problem.Message);
        }

        return value is not null;
    }

    private static TcbInfo ReadTcbInfo(JsonElement root)
    {
        int version = root.GetProperty("version").GetInt32();
        if (version is not (2 or 3))
        {
            throw new FormatException($"version {version}");
        }

        string id = version == 2 ? "SGX" : Text(root, "id");
        bool tdx = id == "TDX";
        return new TcbInfo
        {
            Id = id,
            IssueDate = Time(root, "issueDate"),
            NextUpdate = Time(root, "nextUpdate"),
            Fmspc = Hex(root, "fmspc", 6),
            PceId = Hex(root, "pceId", 2),
            EvaluationNumber = root.GetProperty("tcbEvaluationDataNumber").GetInt32(),
            Levels = Rows(root, "tcbLevels", row => ReadLevel(row, version, tdx)),
            Module = tdx ? ReadModule(root.GetProperty("tdxModule"), "TDX_00", hasLevels: false) : null,
            Modules = tdx && root.TryGetProperty("tdxModuleIdentities", out _)
                ? Rows(root, "tdxModuleIdentities", row => ReadModule(row, Text(row, "id"), hasLevels: true))
                : [],
        };
    }

    private static TcbLevel ReadLevel(JsonElement row, int version, bool tdx)
    {
        JsonElement tcb = row.GetProperty("tcb");
        IReadOnlyList<int> sgx = version == 2
            ? [.. Enumerable.Range(1, 16).Select(index => (int)tcb.GetProperty(string.Create(CultureInfo.InvariantCulture, $"sgxtcbcomp{index:00}svn")).GetByte())]
            : Components(tcb, "sgxtcbcomponents");
        return new TcbLevel(sgx, tdx ? Components(tcb, "tdxtcbcomponents") : null, tcb.GetProperty("pcesvn").GetUInt16(), Status(row, s_platform), Advisories(row));
    }

    private static IReadOnlyList<int> Components(JsonElement tcb, string name)
    {
        IReadOnlyList<int> components = Rows(tcb, name, row => (int)row.GetProperty("svn").GetByte());
        return components.Count == 16 ? components : throw new FormatException($"{name} is not 16 long");
    }

    private static ModuleIdentity ReadModule(JsonElement element, string id, bool hasLevels) => new(
        id, Hex(element, "mrsigner", 48), Hex(element, "attributes", 8), Hex(element, "attributesMask", 8), hasLevels ? SvnLevels(element, s_module) : []);

    private static QeIdentity ReadQeIdentity(JsonElement root)
    {
        int version = root.GetProperty("version").GetInt32();
        return new QeIdentity
        {
            Id = version == 2 ? Text(root, "id") : throw new FormatException($"version {version}"),
            IssueDate = Time(root, "issueDate"),
            NextUpdate = Time(root, "nextUpdate"),
            EvaluationNumber = root.GetProperty("tcbEvaluationDataNumber").GetInt32(),
            MiscSelect = Hex(root, "miscselect", 4),
            MiscSelectMask = Hex(root, "miscselectMask", 4),
            Attributes = Hex(root, "attributes", 16),
            AttributesMask = Hex(root, "attributesMask", 16),
            MrSigner = Hex(root, "mrsigner", 32),
            IsvProdId = root.GetProperty("isvprodid").GetUInt16(),
            Levels = SvnLevels(root, s_enclave),
        };
    }

    private static IReadOnlyList<SvnLevel> SvnLevels(JsonElement element, DcapTcbStatus[] known) => Rows(
        element, "tcbLevels", row => new SvnLevel(row.GetProperty("tcb").GetProperty("isvsvn").GetUInt16(), Status(row, known), Advisories(row)));

    private static DcapTcbStatus Status(JsonElement row, DcapTcbStatus[] known)
    {
        string text = Text(row, "tcbStatus");
        foreach (DcapTcbStatus status in known)
        {
            if (text == status.ToString())
            {
                return status;
            }
        }

        throw new FormatException($"tcbStatus {text}");
    }

    private static IReadOnlyList<string> Advisories(JsonElement row) => row.TryGetProperty("advisoryIDs", out _)
        ? Rows(row, "advisoryIDs", item => item.GetString() ?? throw new FormatException("an advisory is null"))
        : [];

    private static IReadOnlyList<T> Rows<T>(JsonElement element, string name, Func<JsonElement, T> read)
    {
        JsonElement array = element.GetProperty(name);
        return array.GetArrayLength() <= MaxRows ? [.. array.EnumerateArray().Select(read)] : throw new FormatException($"{name} is too long");
    }

    private static string Text(JsonElement element, string name) =>
        element.GetProperty(name).GetString() is { Length: > 0 } text ? text : throw new FormatException($"{name} is empty");

    private static DateTimeOffset Time(JsonElement element, string name) => DateTimeOffset.ParseExact(
        Text(element, name), "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static ByteString Hex(JsonElement element, string name, int length) =>
        ByteString.TryParseHex(Text(element, name), out ByteString value) && value.Length == length
            ? value
            : throw new FormatException($"{name} is not {length} bytes in hex");
}
