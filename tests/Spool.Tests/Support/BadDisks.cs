using Spool.Platform;

namespace Spool.Tests.Support;

/// <summary>The machine has lost power: no program sees this, so nothing may catch it.</summary>
public sealed class PowerCut(string at) : Exception(at);

/// <summary>
/// Cuts the power at the N-th call that has an effect (from 1), before it or after it; every later call fails the same way. The disk below
/// then stands as it was at that moment, for <see cref="VirtualDisk.CrashStates"/> or <see cref="VirtualDisk.Kill"/>.
/// </summary>
public sealed class CrashAtDisk(IDisk inner, int at, bool after = false) : TappedDisk(inner)
{
    private int _effects;
    private bool _dead;

    /// <summary>Calls with an effect so far.</summary>
    public int Effects => _effects;
    public bool HasCut => _dead;
    public string At { get; private set; } = "";

    protected override bool Before(in DiskCall call)
    {
        if (_dead) throw new PowerCut("dead");
        if (call.IsEffect && Interlocked.Increment(ref _effects) == at && !after) Cut(call);
        return true;
    }

    protected override void After(in DiskCall call)
    {
        if (call.IsEffect && after && _effects == at) Cut(call);
    }

    private void Cut(in DiskCall call)
    {
        _dead = true;
        At = $"{(after ? "after" : "before")} effect {at}: {call}";
        throw new PowerCut(At);
    }
}

/// <summary>When a <see cref="FaultDisk"/> fails.</summary>
public enum FaultMode
{
    /// <summary>The N-th call fails, all later ones work.</summary>
    Once,
    /// <summary>The N-th call and all after it fail.</summary>
    FromThenOn,
    /// <summary>The N-th call is done and then tells an error.</summary>
    AfterEffect,
}

/// <summary>
/// Fails at the N-th call (from 1; calls without an error of their own, closing apart) with an errno. A failing write leaves half of its bytes;
/// a failing sync loses the un-synced bytes for good while they still read back, as Linux does.
/// </summary>
public sealed class FaultDisk(IDisk inner, int at, int errno, FaultMode mode, Func<DiskCall, bool>? only = null) : TappedDisk(inner)
{
    private int _calls;

    public bool HasFailed { get; private set; }
    public string At { get; private set; } = "";

    protected override bool WritesHalf => true;

    protected override bool Before(in DiskCall call)
    {
        if (only is not null && !only(call)) return true;
        _calls++;
        if (mode == FaultMode.AfterEffect || (mode == FaultMode.Once ? _calls != at : _calls < at)) return true;
        if (call.Kind is DiskCallKind.Sync && Inner is VirtualDisk disk) disk.LosePages(call.Path);
        throw Fail(call);
    }

    protected override void After(in DiskCall call)
    {
        if (mode == FaultMode.AfterEffect && _calls == at && !HasFailed) throw Fail(call);
    }

    private DiskException Fail(in DiskCall call)
    {
        HasFailed = true;
        At = $"{mode} {call} at call {_calls}";
        return new DiskException(call.Kind.ToString(), call.Path, errno);
    }
}

/// <summary>A disk whose program forgot some barriers: the calls that the rule names are left out.</summary>
public sealed class MutantDisk(IDisk inner, Func<DiskCall, DiskCall, bool> leaveOut) : TappedDisk(inner)
{
    private DiskCall _last;

    /// <summary>How many calls were left out; a mutant that leaves out none shows nothing.</summary>
    public int LeftOut { get; private set; }

    // The rule is told the call and the last call with an effect before it.
    protected override bool Before(in DiskCall call)
    {
        if (!call.IsEffect) return true;
        var gone = leaveOut(call, _last);
        _last = call;
        if (gone) LeftOut++;
        return !gone;
    }
}
