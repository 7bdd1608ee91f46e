using Ait.Audit.Evidencing;
using Ait.Audit.Gathering;
using Ait.Chain;
using Ait.Chain.Blocks;
using Ait.Chain.Contracts;
using Ait.Protocol;

namespace Ait.Audit.Replaying;

/// <content>Events of the device registry, and the evidence behind them.</content>
internal sealed partial class Replay
{
    /// <summary>Evidence counts so long at most, seconds.</summary>
    private const ulong LongestValidity = 24 * 3600;

    private void TakeDevices(BlockHeader block, MinedTransaction transaction, AuditLog log, bool isChecked, Action<AuditFault, string, string, string> find)
    {
        switch (log.Name)
        {
            case "DeviceRegistered":
                Register(block, transaction, log, isChecked, find);
                break;
            case "DeviceRefreshed":
                Refresh(block, transaction, log, isChecked, find);
                break;
            case "ClassProofDemanded" when _state.Roster.TryFind(log["gpuId"].AsHash256(), out _):
                _state.Roster.DemandProof(log["gpuId"].AsHash256());
                break;
            case "ClassProven" when _state.Roster.TryFind(log["gpuId"].AsHash256(), out _):
                _state.Roster.Prove(log["gpuId"].AsHash256(), block.Number);
                break;
            case "DeviceResumed" when _state.Roster.TryFind(log["gpuId"].AsHash256(), out RosterDevice? resumed) && resumed is not null:
                if (resumed.Roster.RevokedBlock == 0)
                {
                    find(AuditFault.Roster, $"device {log["gpuId"].AsHash256()}, whose suspension ended", "suspended", "in the draws");
                }

                TakeDue(log, find);
                _state.Roster.Resume(log["gpuId"].AsHash256(), block.Number);
                break;
            case "ClassProofDemanded" or "ClassProven" or "DeviceResumed":
                find(AuditFault.Roster, $"device {log["gpuId"].AsHash256()}, which {log.Name} names", "a registered one", "unknown");
                break;
            case "DeviceSuspendedForAbsence":
                TakeDue(log, find);
                _state.Roster.Exclude(log["gpuId"].AsHash256(), block.Number);
                break;
            case "DeviceRevoked" or "DeviceSuspended":
                _state.Absences.Revoke(log["gpuId"].AsHash256());
                _state.Roster.Exclude(log["gpuId"].AsHash256(), block.Number);
                break;
            case "DeviceRetired":
                _state.Roster.Exclude(log["gpuId"].AsHash256(), block.Number);
                break;
            case "MeasurementAllowed" when log["allowed"].AsBoolean():
                _registrations.Programs.Add(log["measurementHash"].AsHash256());
                break;
            case "MeasurementAllowed":
                _registrations.Programs.Remove(log["measurementHash"].AsHash256());
                break;
            case "ProfileAdmitted" when log["admitted"].AsBoolean():
                _registrations.Profiles.Add((log["class"].AsByte(), log["profile"].AsByte()));
                break;
            case "ProfileAdmitted":
                _registrations.Profiles.Remove((log["class"].AsByte(), log["profile"].AsByte()));
                break;
        }
    }

    private void Register(BlockHeader block, MinedTransaction transaction, AuditLog log, bool isChecked, Action<AuditFault, string, string, string> find)
    {
        Hash256 gpuId = log["gpuId"].AsHash256();
        Hash256 hostChip = log["hostChip"].AsHash256();
        Address account = log["operator"].AsAddress();
        Address key = log["enclaveKey"].AsAddress();
        byte deviceClass = log["class"].AsByte();
        ulong validUntil = log["validUntil"].AsUInt64();
        if (isChecked)
        {
            CheckEvidence(block, transaction, gpuId, hostChip, account, key, deviceClass, validUntil, find);
        }

        if (_state.Roster.TryFind(gpuId, out RosterDevice? before) && before!.IsLive(block.Timestamp) && before.Roster.GpuId == gpuId)
        {
            find(AuditFault.Roster, $"device {gpuId}", "registered once at a time", "live already");
        }

        var device = new RosterDevice(
            new RosterSlot(gpuId, hostChip, account, validUntil, 0, block.Number, 0), (DeviceClass)deviceClass, key);
        if (_state.Roster.Register(log["slot"].AsUInt32(), device, block.Timestamp) is { } wrong)
        {
            find(AuditFault.Roster, $"slot of device {gpuId}", "a new one, or one whose device has expired", wrong);
        }

        _state.Absences.Keys[key] = gpuId;
        if (_state.Absences.Of(gpuId).Standing != AbsenceStanding.None)
        {
            // Another registration ends no suspension for absence.
            _state.Absences.Of(gpuId).Standing = AbsenceStanding.Absent;
            _due.Add(("DeviceSuspendedForAbsence", gpuId));
        }
    }

    private void Refresh(BlockHeader block, MinedTransaction transaction, AuditLog log, bool isChecked, Action<AuditFault, string, string, string> find)
    {
        Hash256 gpuId = log["gpuId"].AsHash256();
        Address key = log["enclaveKey"].AsAddress();
        ulong validUntil = log["validUntil"].AsUInt64();
        if (!_state.Roster.TryFind(gpuId, out RosterDevice? device) || device is null)
        {
            find(AuditFault.Roster, $"refreshed device {gpuId}", "a registered one", "unknown");
            return;
        }

        if (isChecked)
        {
            CheckEvidence(block, transaction, gpuId, device.Roster.HostChip, device.Roster.Operator, key, (byte)device.DeviceClass, validUntil, find);
        }

        if (validUntil < device.Roster.ValidUntil)
        {
            find(AuditFault.Roster, $"validity of device {gpuId}", $"at least {device.Roster.ValidUntil}", $"{validUntil}");
        }

        _state.Absences.Keys[key] = gpuId;
        _state.Roster.Refresh(gpuId, key, validUntil, block.Number);
    }

    private void CheckEvidence(
        BlockHeader block,
        MinedTransaction transaction,
        Hash256 gpuId,
        Hash256 hostChip,
        Address account,
        Address key,
        byte deviceClass,
        ulong validUntil,
        Action<AuditFault, string, string, string> find)
    {
        if (!_checksEvidence)
        {
            return;
        }

        if (!RegistrationRequest.TryDecodeCall(transaction.Input.AsSpan(), out RegistrationRequest? request, out _))
        {
            _book.Cannot($"evidence of device {gpuId}: its registration {transaction.Hash} went through another contract");
            return;
        }

        Hash256 binding = new DeviceBinding(
            _record.Scope.ChainId, _record.Scope.DeviceRegistry, account, request.EnclaveKey, gpuId, (DeviceClass)request.Class, request.BlockNumber, HashOf(request.BlockNumber)).Compute();
        VerifiedRegistration? verified = _registrations.Check(request, binding, DateTimeOffset.FromUnixTimeSeconds((long)block.Timestamp), find, _book.Cannot);
        if (verified is null)
        {
            return;
        }

        _book.Count("pieces of evidence verified", 1);
        string expected = $"GPU {verified.GpuId} on host {verified.HostChip}, class {request.Class}, key {request.EnclaveKey}";
        string found = $"GPU {gpuId} on host {hostChip}, class {deviceClass}, key {key}";
        if (expected != found)
        {
            find(AuditFault.Registration, "registered device", expected, found);
        }

        ulong latest = Math.Min(verified.EvidenceEnds, block.Timestamp + LongestValidity);
        bool extends = !_state.Roster.TryFind(gpuId, out RosterDevice? before) || before!.Roster.ValidUntil != validUntil;
        if (extends && validUntil > latest)
        {
            find(AuditFault.Registration, $"validity of device {gpuId}", $"at most {latest}", $"{validUntil}");
        }
    }
}
