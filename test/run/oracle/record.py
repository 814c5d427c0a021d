"""Callback for ansible-playbook that writes what a run told, one JSON object a line, to $RECORD_TO."""
import json
import os

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = 'stdout'
    CALLBACK_NAME = 'record'

    def __init__(self):
        super().__init__()
        self.out = open(os.environ['RECORD_TO'], 'w')

    def tell(self, **event):
        self.out.write(json.dumps(event, default=str, sort_keys=True) + '\n')
        self.out.flush()

    def result(self, kind, result, **more):
        data = json.loads(self._dump_results(result._result, indent=0))
        self.tell(kind=kind, task=result._task.get_name(), host=result._host.get_name(), result=data,
                  action=result._task.action.rpartition('.')[2], **more)

    def v2_playbook_on_play_start(self, play):
        self.tell(kind='play', name=play.get_name())

    def v2_playbook_on_task_start(self, task, is_conditional):
        self.tell(kind='task', name=task.get_name())

    def v2_playbook_on_handler_task_start(self, task):
        self.tell(kind='handler', name=task.get_name())

    def v2_playbook_on_include(self, included):
        self.tell(kind='include', hosts=[h.get_name() for h in included._hosts])

    def v2_playbook_on_no_hosts_matched(self):
        self.tell(kind='no-hosts')

    def v2_runner_on_ok(self, result):
        self.result('ok', result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self.result('failed', result, ignored=ignore_errors)

    def v2_runner_on_skipped(self, result):
        self.result('skipped', result)

    def v2_runner_on_unreachable(self, result):
        self.result('unreachable', result)

    def v2_runner_item_on_ok(self, result):
        self.result('item-ok', result)

    def v2_runner_item_on_failed(self, result):
        self.result('item-failed', result)

    def v2_runner_item_on_skipped(self, result):
        self.result('item-skipped', result)

    def v2_playbook_on_stats(self, stats):
        hosts = sorted(stats.processed)
        names = {'ok': 'ok', 'changed': 'changed', 'unreachable': 'unreachable', 'failures': 'failed',
                 'skipped': 'skipped', 'rescued': 'rescued', 'ignored': 'ignored'}
        recap = {h: {names[k]: v for k, v in stats.summarize(h).items() if k in names} for h in hosts}
        self.tell(kind='recap', recap=recap)
