global using TaskStatus = Spool.Engine.Planning.TaskStatus;
