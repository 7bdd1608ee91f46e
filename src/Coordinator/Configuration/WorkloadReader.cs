using System.Diagnostics.CodeAnalysis;
using Ait.Chain;
using Ait.Coordinator.Admitting;
using Ait.Protocol;
using Ait.Protocol.Http;

namespace Ait.Coordinator.Configuration;

/// <summary>Reads workloads from the wire and prices them by the benchmark table of the models scheduled here.</summary>
internal sealed class WorkloadReader
{
    private readonly ModelTable _models;

    public WorkloadReader(ModelTable models) => _models = models;

    internal bool TryRead(
        string hex, [NotNullWhen(true)] out Workload? workload, out ComputeUnits units, [NotNullWhen(false)] out Refusal? refusal)
    {
        workload = null;
        units = default;
        if (hex.Length > 2 + (2 * Workload.MaxEncodedSize) || !Hex.TryDecode(hex, out byte[]? bytes))
        {
            refusal = RequestAdmission.Malformed($"a workload in hexadecimal, at most {Workload.MaxEncodedSize} bytes", $"{hex.Length} characters");
            return false;
        }

        if (!Workload.TryParse(bytes, out workload, out ProtocolRefusal? fault))
        {
            refusal = RequestAdmission.Malformed($"a workload ({fault.Code}): {fault.Expected}", fault.Found);
            return false;
        }

        if (_models.Find(workload.ModelDigest) is not ModelEntry model)
        {
            refusal = new Refusal(
                ProblemCodes.WorkloadNotSupported, "The workload names a model that is not scheduled here.", "a model of GET /v1/models",
                workload.ModelDigest.ToString(), "Choose a model of GET /v1/models.");
            workload = null;
            return false;
        }

        units = workload.Price(model.MicroComputeUnitsPerToken);
        refusal = null;
        return true;
    }
}
